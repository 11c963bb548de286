import { describe, expect, it } from 'vitest';
import { Backoff, waitFor } from './backoff.js';

const delays = (count: number, random = 1): number[] => {
  const backoff = new Backoff({ random: () => random, first: 100 });
  return Array.from({ length: count }, () => backoff.next());
};

describe('Backoff', () => {
  it('waits twice as long each time, up to ten seconds', () => {
    expect(delays(4)).toEqual([100, 200, 400, 800]);
    expect(delays(2000).at(-1)).toBe(10_000);
  });

  it('spreads those who fail together over half of the time', () => {
    expect(delays(3, 0)).toEqual([50, 100, 200]);
  });

  it('never waits shorter than the API server asks', () => {
    const backoff = new Backoff({ random: () => 0, first: 100 });
    expect(backoff.next(5000)).toBe(5000);
    expect(backoff.next(1)).toBe(100);
  });

  it('heeds no more than a minute of what it asks', () => {
    const backoff = new Backoff({ random: () => 0, first: 100 });
    expect(backoff.next(2 ** 40)).toBe(60_000);
  });

  it('begins anew when all is well', () => {
    const backoff = new Backoff({ random: () => 1, first: 100 });
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });
});

describe('waitFor', () => {
  it('ends when its signal says so, also before it begins', async () => {
    const stop = new AbortController();
    const waiting = waitFor(3_600_000, stop.signal);
    stop.abort();
    await waiting;
    await waitFor(3_600_000, stop.signal);
  });
});
