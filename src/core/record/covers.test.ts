import { describe, expect, it } from 'vitest';
import { covers, sameImage } from './covers.js';
import { decodeRecord, encodeRecord } from './record.js';

describe('covers', () => {
  it.each([
    ['defaults that the API server fills in', { a: 1, b: 2 }, { a: 1 }, true],
    ['a field that is missing', { b: 2 }, { a: 1 }, false],
    ['what is empty and was left out', {}, { value: '', items: [], readOnly: false }, true],
    [
      'a list with more objects in it',
      { env: [{ name: 'x' }, { name: 'a', value: '1' }] },
      { env: [{ name: 'a' }] },
      true,
    ],
    ['a list that lacks one', { env: [{ name: 'x' }] }, { env: [{ name: 'a' }] }, false],
    ['a command in another order', { args: ['b', 'a'] }, { args: ['a', 'b'] }, false],
    ['a longer command', { args: ['a', 'b'] }, { args: ['a'] }, false],
    [
      'a quantity in another form',
      { resources: { limits: { cpu: '1' } } },
      { resources: { limits: { cpu: '1000m' } } },
      true,
    ],
    [
      'another quantity',
      { resources: { limits: { cpu: '2' } } },
      { resources: { limits: { cpu: '1000m' } } },
      false,
    ],
    ['a text that looks like a quantity', { args: ['1'] }, { args: ['1000m'] }, false],
    ['null for an object', null, { a: 1 }, false],
  ])('judges %s', (_, actual, planned, expected) => {
    expect(covers(actual, planned)).toBe(expected);
  });
});

it.each([
  ['nginx:1', 'nginx:1', true],
  ['mirror.local/library/nginx:1', 'nginx:1', true],
  ['nginx:2', 'nginx:1', false],
  [undefined, undefined, true],
  ['', 'nginx', false],
])('takes %s and %s for one image: %s', (a, b, same) => {
  expect(sameImage(a, b)).toBe(same);
});

describe('decodeRecord', () => {
  const record = { version: 1, daemonSets: [], volumes: ['v'] } as const;

  it('reads what was written', () => {
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  it.each([
    ['no JSON', '{'],
    ['another version', '{"version":2,"daemonSets":[],"volumes":[]}'],
    ['no version', '{"daemonSets":[]}'],
    ['no DaemonSets', '{"version":1}'],
    ['containers that are no list', '{"version":1,"daemonSets":[{"containers":"x"}]}'],
    ['null', 'null'],
    ['a list', '[]'],
  ])('takes %s for no record', (_, text) => {
    expect(decodeRecord(text)).toBeUndefined();
  });
});
