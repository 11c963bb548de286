import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../core/model/types.js';
import { Cache } from './cache.js';

interface Item {
  readonly name: string;
  readonly colour: string;
}

const object = (name: string, colour: string): KubernetesObject => ({
  metadata: { namespace: 'default', name, labels: { colour } },
});
const cacheOf = () => {
  const heard: string[] = [];
  const cache = new Cache<Item>({
    keep: (whole) => whole,
    read: ({ metadata }) => ({
      name: metadata?.name ?? '',
      colour: metadata?.labels?.['colour'] ?? '',
    }),
    under: ({ colour }) => [colour],
  });
  const end = cache.listen((before, after) => {
    heard.push(`${before?.colour ?? '-'} to ${after?.colour ?? '-'}`);
  });
  const names = (colour: string) => cache.under(colour).map(({ name }) => name);
  return { cache, heard, names, end };
};

describe('a cache', () => {
  it('has nothing of an item that somebody made too large', () => {
    const { cache, heard } = cacheOf();
    cache.put(object('a', 'red'));
    cache.put(object('a', 'r'.repeat(70_000)));
    expect([cache.count(), heard]).toEqual([0, ['- to red', 'red to -']]);
  });

  it('finds items by their names and under what they say', () => {
    const { cache, names } = cacheOf();
    cache.put(object('a', 'red'));
    cache.put(object('b', 'red'));
    expect(cache.get('default/a')).toEqual({ name: 'a', colour: 'red' });
    expect([names('red'), names('blue'), cache.count()]).toEqual([['a', 'b'], [], 2]);
    cache.put(object('a', 'blue'));
    expect([names('red'), names('blue')]).toEqual([['b'], ['a']]);
    cache.drop(object('b', 'whatever'));
    expect([names('red'), cache.all().length]).toEqual([[], 1]);
  });

  it('tells what came, changed and went, also where all is read anew', () => {
    const { cache, heard, names, end } = cacheOf();
    cache.replace([object('a', 'red'), object('b', 'red')]);
    cache.replace([object('b', 'blue'), object('c', 'red')]);
    cache.drop(object('z', 'red'));
    expect(heard).toEqual(['- to red', '- to red', 'red to blue', '- to red', 'red to -']);
    expect([names('red'), names('blue')]).toEqual([['c'], ['b']]);
    end();
    cache.drop(object('b', ''));
    expect(heard).toHaveLength(5);
  });
});
