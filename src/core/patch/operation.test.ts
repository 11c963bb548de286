import { expect, it } from 'vitest';
import { patchText, type Operation } from './operation.js';

const container = { name: 'a "b"', env: [{ name: 'X', value: '\u2028/~' }] };

it.each<[string, readonly Operation[]]>([
  ['no operations', []],
  [
    'every kind of operation',
    [
      { op: 'add', path: '/a~1b/"c"', value: container },
      { op: 'replace', path: '/x', value: 'a "text"' },
      { op: 'add', path: '/empty', value: {} },
      { op: 'add', path: '/list', value: [] },
      { op: 'add', path: '/null', value: null },
      { op: 'remove', path: '/gone' },
    ],
  ],
  [
    'what is shared, twice',
    [
      { op: 'add', path: '/1', value: Object.freeze(container) },
      { op: 'add', path: '/2', value: container },
    ],
  ],
])('writes %s as JSON has it', (_, operations) => {
  expect(patchText(operations)).toBe(JSON.stringify(operations));
});

it('writes what may still change as it is each time', () => {
  const value = { a: 1 };
  expect(patchText([{ op: 'add', path: '/x', value }])).toContain('{"a":1}');
  value.a = 2;
  expect(patchText([{ op: 'add', path: '/x', value }])).toContain('{"a":2}');
});
