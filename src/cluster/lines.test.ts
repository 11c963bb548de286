import { describe, expect, it } from 'vitest';
import { linesOf } from './lines.js';

async function* chunks(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}
const all = async (limit: number, ...texts: readonly string[]): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of linesOf(chunks(...texts), limit)) lines.push(line);
  return lines;
};

describe('linesOf', () => {
  it.each([
    [['a\nb\n'], ['a', 'b']],
    [
      ['a', 'b', '\n', 'c\n'],
      ['ab', 'c'],
    ],
    [['\n\na\n\n'], ['a']],
    [[], []],
  ])('splits %j', async (texts, lines) => {
    expect(await all(10, ...texts)).toEqual(lines);
  });

  it('takes a line of the greatest length, and not one byte more', async () => {
    expect(await all(4, 'ab', 'cd\n', 'abcd\n')).toEqual(['abcd', 'abcd']);
    await expect(all(4, 'ab', 'cd', 'e')).rejects.toThrow('longer than 4 bytes');
    await expect(all(4, 'abcde\n')).rejects.toThrow('longer than 4 bytes');
  });

  it('does not pass off half a line as a whole one', async () => {
    await expect(all(10, 'a\nb')).rejects.toThrow('ends within a line');
  });
});
