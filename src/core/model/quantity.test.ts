import { describe, expect, it } from 'vitest';
import {
  divideUp,
  equalQuantities,
  formatBytes,
  formatQuantity,
  parseQuantity,
} from './quantity.js';

const NANO = 1_000_000_000n;

describe('parseQuantity', () => {
  it.each([
    ['0', 0n],
    ['1', NANO],
    [2, 2n * NANO],
    ['100m', NANO / 10n],
    ['1.5', (3n * NANO) / 2n],
    ['.5', NANO / 2n],
    ['1Ki', 1024n * NANO],
    ['1.5Gi', 1536n * 1024n * 1024n * NANO],
    ['1k', 1000n * NANO],
    ['1E', 10n ** 18n * NANO],
    ['1e3', 1000n * NANO],
    ['1E3', 1000n * NANO],
    ['100n', 100n],
    ['0.1n', 1n],
    ['-1', -NANO],
  ])('reads %s', (text, nanos) => {
    expect(parseQuantity(text)).toBe(nanos);
  });

  it.each(['', '.', 'm', '1 Gi', '1Gb', '0x10', 'NaN', '1e', undefined])(
    'takes %s for no quantity',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );
});

describe('formatQuantity', () => {
  it.each([
    ['1500m', '1500m'],
    ['2000m', '2'],
    ['1Gi', '1073741824'],
    ['1n', '1m'],
  ])('writes %s as %s', (text, written) => {
    expect(formatQuantity(parseQuantity(text) ?? 0n)).toBe(written);
  });
});

it.each([
  ['134217728', '128Mi'],
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['1k', '1000'],
  ['0', '0'],
])('writes %s bytes as %s', (text, written) => {
  expect(formatBytes(parseQuantity(text) ?? 0n)).toBe(written);
});

it('rounds up when it divides', () => {
  expect(divideUp(7n, 2n)).toBe(4n);
});

it.each([
  ['1000m', '1', true],
  ['1Gi', '1024Mi', true],
  ['1', 1, true],
  ['1', '2', false],
  ['none', 'none', true],
  ['none', '1', false],
])('compares %s and %s', (a, b, equal) => {
  expect(equalQuantities(a, b)).toBe(equal);
});
