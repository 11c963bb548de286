import { describe, expect, it } from 'vitest';
import { isTooDeep } from './depth.js';
import { parseReview } from './review.js';

const nested = (levels: number, bytes = 100_000): Buffer =>
  Buffer.from(`{"pad":"${'x'.repeat(bytes)}","deep":${'['.repeat(levels)}${']'.repeat(levels)}}`);

describe('a body that is nested too deep', () => {
  it('is told from one that is not', () => {
    expect(isTooDeep(nested(2000))).toBe(true);
    expect(isTooDeep(nested(900))).toBe(false);
  });

  it('is not one that has brackets in strings, behind escaped quotes too', () => {
    const text = JSON.stringify({ text: '["\\'.repeat(50_000) });
    expect(isTooDeep(Buffer.from(text))).toBe(false);
    expect(isTooDeep(Buffer.from(JSON.stringify(Array(30_000).fill({ a: ['\\', '"'] }))))).toBe(
      false,
    );
  });

  it.each([
    ['lists', '[', ']', 4_100],
    ['lists', '[', ']', 25_000],
    ['objects', '{"a":', '}', 4_100],
    ['objects of lists', '{"ab":[', ']}', 3_000],
  ])('is told if it is small, too (%s, %s, %s, %i)', (_, opening, closing, levels) => {
    const deep = opening.repeat(levels) + closing.repeat(levels);
    expect(isTooDeep(Buffer.from(deep))).toBe(true);
    // Among the rest of a review.
    const rest = JSON.stringify(Array(500).fill({ name: 'a', value: ['b', 'c'] }));
    expect(isTooDeep(Buffer.from(`[${rest},${deep}]`))).toBe(true);
  });

  it('is not a small one with many brackets', () => {
    expect(isTooDeep(Buffer.from(JSON.stringify(Array(20_000).fill([]))))).toBe(false);
  });

  it('is refused before it is parsed', () => {
    expect(parseReview(Buffer.from('['.repeat(6_000_000)))).toMatchObject({ problem: 'too_deep' });
  });

  it('ends somewhere even if a string does not', () => {
    expect(isTooDeep(Buffer.from(`"${'\\"'.repeat(50_000)}`))).toBe(false);
  });
});
