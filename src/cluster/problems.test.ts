import { describe, expect, it } from 'vitest';
import { problemOf, Problems } from './problems.js';

describe('Problems', () => {
  it('are told once until all is well again', () => {
    const problems = new Problems();
    expect(['a', 'b', 'a'].map((one) => problems.met(one))).toEqual([true, true, false]);
    expect(problems.latest).toBe('a');
    expect([problems.over(), problems.over()]).toEqual([true, false]);
    expect(problems.latest).toBeUndefined();
    expect(problems.met('a')).toBe(true);
  });

  it('are told twenty times at most, however different they are', () => {
    const problems = new Problems();
    const told = Array.from({ length: 100 }, (_, n) => problems.met(`${n}`)).filter(Boolean);
    expect(told).toHaveLength(20);
  });
});

describe('problemOf', () => {
  it.each([
    ['causes', new Error('a', { cause: new Error('b') }), 'a: b'],
    ['the first line of each', new Error('a\nb'), 'a'],
    [
      'the first of several',
      new AggregateError([new Error('ECONNREFUSED ::1')]),
      'ECONNREFUSED ::1',
    ],
    ['what is no error', 'a', 'a'],
  ])('says %s', (_, error, text) => {
    expect(problemOf(error)).toBe(text);
  });
});
