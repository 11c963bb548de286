import { describe, expect, it } from 'vitest';
import { warningTexts } from './warnings.js';

const warning = (message: string) => ({ code: 'renamed', message }) as const;

describe('warningTexts', () => {
  it('passes short warnings on as they are, each once and in order', () => {
    const texts = warningTexts([warning('b'), warning('a'), warning('b')]);
    expect(texts).toEqual(['b', 'a']);
  });

  it('cuts a warning to 256 characters with an ellipsis', () => {
    const [text] = warningTexts([warning('x'.repeat(257))]);
    expect(text).toBe(`${'x'.repeat(255)}…`);
    expect(warningTexts([warning('x'.repeat(256))])).toEqual(['x'.repeat(256)]);
  });

  it('does not cut a character in two', () => {
    const [text = ''] = warningTexts([warning(`${'x'.repeat(254)}😀😀`)]);
    expect(text).toBe(`${'x'.repeat(254)}…`);
  });

  it('puts a warning on one line without control characters', () => {
    expect(warningTexts([warning('a\r\n\tb\u0000c\u2028d\u001b[31m \u202ee')])).toEqual([
      'a b c d [31m e',
    ]);
  });

  it('drops a warning that says nothing', () => {
    expect(warningTexts([warning(' \n')])).toEqual([]);
  });

  it('stays within 4096 characters and says how many were left out', () => {
    const many = Array.from({ length: 40 }, (_, index) => warning(`${index}${'x'.repeat(300)}`));
    const texts = warningTexts(many);
    expect(texts.join('').length).toBeLessThanOrEqual(4096);
    expect(texts).toHaveLength(16);
    expect(texts.at(-1)).toBe('25 more warnings were left out.');
  });

  it('leaves none out if all of them just fit', () => {
    const sixteen = Array.from({ length: 16 }, (_, index) =>
      warning(String.fromCharCode(97 + index).repeat(256)),
    );
    expect(warningTexts(sixteen)).toHaveLength(16);
    expect(warningTexts(sixteen).at(-1)).toBe('p'.repeat(256));
  });
});
