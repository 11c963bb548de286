import { expect, it } from 'vitest';
import type { Warning } from '../outcome.js';
import { parseBoolean, parseLabels, parseOptIn, parsePorts, read } from './marks.js';

it.each([
  [
    '9100,8080,3000-5000',
    [
      [9100, 9100],
      [8080, 8080],
      [3000, 5000],
    ],
  ],
  [
    ' 9100 , 1 - 2 ',
    [
      [9100, 9100],
      [1, 2],
    ],
  ],
  ['65535', [[65535, 65535]]],
  ['0', undefined],
  ['65536', undefined],
  ['5000-3000', undefined],
  ['9100,', undefined],
  ['', undefined],
  ['http', undefined],
  ['1-2-3', undefined],
  ['-1', undefined],
])('reads the ports of %j', (value, ranges) => {
  expect(parsePorts(value)).toEqual(ranges);
});

it.each([
  ['true', true],
  ['false', false],
  ['logd', ['logd']],
  ['kube-system/fluentd, logd', ['kube-system/fluentd', 'logd']],
  ['True', undefined],
  ['', undefined],
  ['a/b/c', undefined],
  ['logd,', undefined],
  ['log d', undefined],
])('reads the opt-in %j', (value, optIn) => {
  expect(parseOptIn(value)).toEqual(optIn);
});

it.each([
  ['okg:true', { okg: 'true' }],
  ['a:b, c:d', { a: 'b', c: 'd' }],
  ['a:', { a: '' }],
  ['a', undefined],
  [':b', undefined],
  ['a:b:c', undefined],
])('reads the labels of %j', (value, labels) => {
  expect(parseLabels(value)).toEqual(labels);
});

it('takes the first prefix that is present, and names a value that means nothing without repeating it', () => {
  const warnings: Warning[] = [];
  const reader = (annotations: Record<string, string>): Parameters<typeof read>[0] => ({
    sources: [annotations],
    prefixes: ['a.io/', 'b.io/'],
    owner: 'pod',
    warn: (warning) => warnings.push(warning),
  });
  expect(read(reader({ 'b.io/k': 'false', 'a.io/k': 'true' }), 'k', parseBoolean)).toBe(true);
  expect(read(reader({ 'b.io/k': 'true' }), 'k', parseBoolean)).toBe(true);
  expect(read(reader({ 'a.io/k': 'secret' }), 'k', parseBoolean)).toBeUndefined();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.code).toBe('invalid_annotation');
  expect(JSON.stringify(warnings)).not.toContain('secret');
});
