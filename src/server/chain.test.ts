import { describe, expect, it } from 'vitest';
import { Chain } from './chain.js';

describe('Chain', () => {
  const chainOf = (...values: string[]) => {
    const chain = new Chain<string>();
    return { chain, links: values.map((value) => chain.add(value)) };
  };

  it.each([
    [0, ['b', 'c']],
    [1, ['a', 'c']],
    [2, ['a', 'b']],
  ])('keeps the order of those that are left (without %i)', (gone, left) => {
    const { chain, links } = chainOf('a', 'b', 'c');
    const link = links[gone] ?? chain.add('');
    expect([chain.has(link), chain.remove(link), chain.has(link), chain.remove(link)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([...chain]).toEqual(left);
    expect(chain.oldest?.value).toBe(left[0]);
    chain.add('d');
    expect([...chain]).toEqual([...left, 'd']);
  });

  it('may become empty and be used again', () => {
    const { chain, links } = chainOf('a', 'b');
    for (const link of links) chain.remove(link);
    expect([...chain]).toEqual([]);
    expect(chain.oldest).toBeUndefined();
    chain.add('c');
    expect([...chain]).toEqual(['c']);
  });
});
