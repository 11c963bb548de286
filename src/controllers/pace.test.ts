import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

describe('Pace', () => {
  const OPTIONS = { first: 1, most: 60, quiet: 300 };

  /** The times at which one writes who always wants to. */
  const times = (pace: Pace, from: number, count: number): readonly number[] => {
    let now = from;
    return Array.from({ length: count }, () => {
      now += pace.wait(now);
      pace.wrote(now);
      return now;
    });
  };

  it('is fast at first, then slow', () => {
    expect(times(new Pace(OPTIONS), 0, 9)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  });

  it('is fast again after a quiet time, and counts anew', () => {
    const pace = new Pace(OPTIONS);
    times(pace, 0, 8);
    expect(pace.wait(422)).toBe(0);
    expect(pace.wrote(422)).toBe(9);
    expect(pace.wait(423)).toBe(59);
    expect(pace.wait(722)).toBe(0);
    expect(pace.wrote(722)).toBe(1);
  });

  it('lets through the first write of the day at once', () => {
    expect(new Pace().wait(0)).toBe(0);
  });
});
