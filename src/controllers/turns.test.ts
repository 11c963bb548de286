import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

describe('turns', () => {
  const at = { now: 0 };
  const turns = (burst = 2): Turns => {
    at.now = 0;
    return new Turns({ apart: 100, burst, clock: () => at.now });
  };

  it('come at once up to a number, and one by one after it', () => {
    const some = turns();
    expect(['a', 'b', 'c', 'd'].map((key) => some.take(key))).toEqual([0, 0, 100, 200]);
  });

  it('are kept for who asks again', () => {
    const some = turns(1);
    some.take('a');
    expect([some.take('b'), some.take('b'), some.take('c')]).toEqual([100, 100, 200]);
    at.now = 100;
    expect([some.take('b'), some.take('c'), some.size]).toEqual([0, 100, 1]);
  });

  it('are used up with the answer', () => {
    const some = turns(1);
    expect([some.take('a'), some.take('a')]).toEqual([0, 100]);
  });

  it('come at once again after a quiet time, and not more of them', () => {
    const some = turns();
    for (const key of ['a', 'b', 'c']) some.take(key);
    at.now = 10_000;
    expect(['d', 'e', 'f'].map((key) => some.take(key))).toEqual([0, 0, 100]);
  });

  it('are given up by who is gone', () => {
    const some = turns(1);
    some.take('a');
    some.take('b');
    some.forget('b');
    expect(some.size).toBe(0);
  });
});
