import { beforeEach, describe, expect, it } from 'vitest';
import { aPod } from '../../test/support/builders.js';
import { Evictions, type Reason } from './evictions.js';

const missed: Reason = { cause: 'missed', daemonSet: 'monitoring/agent' };
const outdated: Reason = { cause: 'outdated', daemonSet: 'monitoring/agent' };
const MINUTE = 60_000;

describe('what is remembered of evictions', () => {
  let now: number;
  let evictions: Evictions;

  const open = (owner: string): void => {
    const daemonSets = new Set(['monitoring/agent']);
    evictions.open(owner, { pod: aPod(), expected: 3, before: new Set(['a']), daemonSets });
  };
  /** One try, and what came of it. */
  const go = (owner: string, isHelped: boolean): void => {
    open(owner);
    evictions.accept(owner, [missed]);
    evictions.close(owner, () => isHelped);
  };

  beforeEach(() => {
    now = 0;
    const times = { progressDeadline: 10 * MINUTE, clock: () => now, random: () => 0 };
    evictions = new Evictions({ most: 2, ...times });
  });

  it('keeps controllers waiting as long as many lack a pod, but for those that are stuck', () => {
    open('one');
    open('two');
    expect([evictions.hasRoom, evictions.isTried('monitoring/agent', 'three')]).toEqual([
      false,
      true,
    ]);
    now = 10 * MINUTE;
    expect([evictions.hasRoom, evictions.isTried('monitoring/agent', 'three')]).toEqual([
      true,
      false,
    ]);
    expect(evictions.turnOf('one')).toBeDefined();
  });

  it('lets a controller try ever later what did not help, until it helps', () => {
    const pauses = [1, 2, 3, 4].map(() => {
      go('one', false);
      const pause = evictions.pause('one', [missed]);
      now += pause;
      return pause / MINUTE;
    });
    expect(pauses).toEqual([1, 10, 60, 60]);
    go('one', false);
    expect(evictions.pause('one', [missed, outdated])).toBe(0);
    expect(evictions.pause('two', [missed])).toBe(0);
    go('one', true);
    expect(evictions.pause('one', [missed])).toBe(0);
  });

  it('takes pods that go together for one try', () => {
    open('one');
    evictions.accept('one', [missed]);
    expect(evictions.pause('one', [missed])).toBe(0);
    open('one');
    evictions.accept('one', [missed]);
    evictions.close('one', () => false);
    expect(evictions.pause('one', [missed])).toBe(MINUTE);
  });

  it('takes nothing for tried that the API server did not let go', () => {
    open('one');
    evictions.refuse('one', undefined);
    evictions.close('one', () => false);
    expect(evictions.pause('one', [missed])).toBe(0);
  });

  it('is forgotten', () => {
    evictions.giveUp('pod', 'stamp');
    evictions.refuse('one', 1_000);
    go('one', false);
    go('two', true);
    evictions.refuse('three', 1_000);
    evictions.forget('pod');
    evictions.rest('three');
    expect(evictions.size).toBe(1);
    now = 120 * MINUTE;
    go('two', true);
    expect(evictions.size).toBe(0);
  });
});
