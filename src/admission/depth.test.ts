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

  it('is refused before it is parsed', () => {
    expect(parseReview(Buffer.from('['.repeat(6_000_000)))).toMatchObject({ problem: 'too_deep' });
  });

  it('ends somewhere even if a string does not', () => {
    expect(isTooDeep(Buffer.from(`"${'\\"'.repeat(50_000)}`))).toBe(false);
  });
});
