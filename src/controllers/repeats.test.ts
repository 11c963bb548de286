import { describe, expect, it } from 'vitest';
import { Repeats } from './repeats.js';

describe('what did not help', () => {
  it('is tried again ever later, until it helps', () => {
    let now = 1_000;
    const repeats = new Repeats(() => now);
    const waits = Array.from({ length: 5 }, () => {
      const wait = repeats.wait('a');
      now += wait;
      repeats.tried('a');
      return wait;
    });
    expect(waits).toEqual([0, 60_000, 600_000, 3_600_000, 3_600_000]);
    expect(repeats.wait('b')).toBe(0);
    repeats.settled('a');
    expect(repeats.wait('a')).toBe(0);
  });

  it('is open for a minute', () => {
    let now = 0;
    const repeats = new Repeats(() => now);
    repeats.tried('ds one');
    now = 30_000;
    repeats.tried('ds two');
    repeats.tried('other one');
    expect(repeats.open('ds ')).toEqual(['one', 'two']);
    now = 60_000;
    expect(repeats.open('ds ')).toEqual(['two']);
  });
});
