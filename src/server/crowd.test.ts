import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeCrowd, type Phase } from './crowd.js';

function setUp(limit = 3) {
  const cuts: string[] = [];
  const crowd = makeCrowd({
    limit,
    sweeps: { opening: 1, busy: 2, idle: 3, ending: 0 },
    cut: (why, phase) => cuts.push(`${why} ${phase}`),
  });
  const join = (phase: Phase = 'opening'): Socket => {
    const socket = new Socket();
    crowd.join(socket);
    crowd.enter(socket, phase);
    return socket;
  };
  return { crowd, cuts, join };
}

describe('makeCrowd', () => {
  it('gives up the oldest one of the largest phase for one too many', () => {
    const { cuts, join } = setUp();
    const [only, older, newer] = [join('busy'), join('idle'), join('idle')];
    const newest = join();
    expect([only, older, newer, newest].map(({ destroyed }) => destroyed)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(cuts).toEqual(['crowded_out idle']);
  });

  it('takes whoever comes back to a phase for its youngest', () => {
    const { crowd, join } = setUp();
    const [first, second] = [join('idle'), join('idle'), join('idle')];
    crowd.enter(first, 'idle');
    join();
    expect([first.destroyed, second.destroyed]).toEqual([false, true]);
  });

  it('cuts whoever stays in a phase for too long', () => {
    const { crowd, cuts, join } = setUp(4);
    join('opening');
    join('busy');
    join('ending');
    const idle = join('idle');
    for (let n = 0; n < 3; n += 1) crowd.sweep();
    expect(cuts).toEqual(['stalled ending', 'stalled opening', 'stalled busy']);
    crowd.enter(idle, 'idle');
    for (let n = 0; n < 3; n += 1) crowd.sweep();
    expect(idle.destroyed).toBe(false);
  });

  it('ignores strangers and those who have gone', () => {
    const { crowd, cuts, join } = setUp();
    const gone = join('idle');
    for (let n = 0; n < 4; n += 1) crowd.sweep();
    crowd.enter(gone, 'busy');
    crowd.enter(new Socket(), 'busy');
    expect(cuts).toEqual(['stalled idle']);
    expect(crowd.clear()).toBe(0);
  });
});
