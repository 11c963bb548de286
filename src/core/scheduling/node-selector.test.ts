import { describe, expect, it } from 'vitest';
import { matchesLabels, matchesNodeSelector } from './node-selector.js';

const node = { metadata: { name: 'n1', labels: { zone: 'a', size: '10', text: 'abc' } } };
const expressions = (
  ...matchExpressions: { key: string; operator: string; values?: string[] }[]
): boolean => matchesNodeSelector(node, { nodeSelectorTerms: [{ matchExpressions }] });

describe('operators', () => {
  it.each([
    ['In', 'zone', ['a', 'b'], true],
    ['In', 'zone', ['b'], false],
    ['In', 'absent', ['a'], false],
    ['NotIn', 'zone', ['b'], true],
    ['NotIn', 'zone', ['a'], false],
    ['NotIn', 'absent', ['a'], true],
    ['Exists', 'zone', undefined, true],
    ['Exists', 'absent', undefined, false],
    ['DoesNotExist', 'absent', undefined, true],
    ['DoesNotExist', 'zone', undefined, false],
    ['Gt', 'size', ['9'], true],
    ['Gt', 'size', ['10'], false],
    ['Gt', 'text', ['9'], false],
    ['Gt', 'size', ['1', '2'], false],
    ['Lt', 'size', ['11'], true],
    ['Lt', 'size', ['nine'], false],
    ['Like', 'zone', ['a'], false],
    ['Exists', 'constructor', undefined, false],
  ])('%s %s %j is %s', (operator, key, values, expected) => {
    expect(expressions({ key, operator, ...(values && { values }) })).toBe(expected);
  });
});

it('needs all requirements of a term and one of the terms', () => {
  const a = { key: 'zone', operator: 'In', values: ['a'] };
  const b = { key: 'zone', operator: 'In', values: ['b'] };
  expect(expressions(a, b)).toBe(false);
  const terms = [{ matchExpressions: [b] }, { matchExpressions: [a] }];
  expect(matchesNodeSelector(node, { nodeSelectorTerms: terms })).toBe(true);
});

it('matches the name by field and knows no other field', () => {
  const field = (key: string, values: string[]): boolean =>
    matchesNodeSelector(node, {
      nodeSelectorTerms: [{ matchFields: [{ key, operator: 'In', values }] }],
    });
  expect(field('metadata.name', ['n1'])).toBe(true);
  expect(field('metadata.name', ['n2'])).toBe(false);
  expect(field('metadata.uid', ['n1'])).toBe(false);
});

it('lets no selector pass every node, and one without terms or with empty ones none', () => {
  expect(matchesNodeSelector(node, undefined)).toBe(true);
  expect(matchesNodeSelector(node, { nodeSelectorTerms: [] })).toBe(false);
  expect(matchesNodeSelector(node, { nodeSelectorTerms: [{}] })).toBe(false);
});

it('compares labels by equality', () => {
  expect(matchesLabels({ a: '1', b: '2' }, { a: '1' })).toBe(true);
  expect(matchesLabels({ a: '1' }, { a: '2' })).toBe(false);
  expect(matchesLabels({}, {})).toBe(true);
});
