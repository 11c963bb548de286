import { describe, expect, it } from 'vitest';
import { stagesOf, type Stages } from './stages.js';

/**
 * Time as a ratio to that of the parse of the same body, in the same moments: each is measured in many short turns, one
 * after the other, and the best turn of each counts, which a busy machine does not change much. The bounds are about
 * twice of what was measured on an idle one; `npm run bench:core` tells the figures.
 */
const TURNS = 60;
const CALLS = 40;

function bestOf(stages: readonly (() => unknown)[]): readonly number[] {
  const best = stages.map(() => Infinity);
  for (let turn = 0; turn < TURNS; turn += 1) {
    stages.forEach((stage, i) => {
      const started = performance.now();
      for (let call = 0; call < CALLS; call += 1) stage();
      best[i] = Math.min(best[i] ?? Infinity, performance.now() - started);
    });
  }
  return best;
}

function ratioOf(one: () => unknown, other: () => unknown): number {
  const [a = NaN, b = NaN] = bestOf([one, other]);
  return a / b;
}

describe('the time of a step to that of the parse of its review', () => {
  const stages = stagesOf({ nodes: 10, daemonSets: 5 });

  it.each<[keyof Stages, number]>([
    ['check', 0.5],
    ['decide', 0.5],
    ['plan', 0.5],
    ['planAnew', 20],
    ['write', 2],
    ['inject', 2.5],
  ])('%s is less than %d', (name, bound) => {
    expect(ratioOf(stages[name], stages.parse)).toBeLessThan(bound);
  });
});

it('a review costs in a World of 5,000 nodes and 500 DaemonSets what it costs in a small one', () => {
  const small = stagesOf({ nodes: 10, daemonSets: 5 });
  const large = stagesOf({ nodes: 5000, daemonSets: 500 });
  expect(ratioOf(large.inject, small.inject)).toBeLessThan(1.3);
});

describe('a review in a World of 5,000 nodes with placeholders on 500 of them', () => {
  const bare = stagesOf({ nodes: 5000, daemonSets: 5 });

  it('costs what it costs without, while all want one revision', () => {
    const settled = stagesOf({ nodes: 5000, daemonSets: 5, rollout: 'settled' });
    expect(ratioOf(settled.inject, bare.inject)).toBeLessThan(1.3);
  });

  it('costs little more while a placeholder is replaced before each', () => {
    const underWay = stagesOf({ nodes: 5000, daemonSets: 5, rollout: 'under_way' });
    expect(ratioOf(underWay.inject, bare.inject)).toBeLessThan(12);
  });
});
