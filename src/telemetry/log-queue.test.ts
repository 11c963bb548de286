import { describe, expect, it, vi } from 'vitest';
import { BATCH, LIMIT, makeLogQueue, type LogQueue } from './log-queue.js';

/** An outlet whose writes end when the test says so. */
function anOutlet() {
  const writes: string[] = [];
  const open: ((error?: Error) => void)[] = [];
  let end: Error | undefined | 'later' = undefined;
  return {
    writes,
    text: () => writes.join(''),
    /** From now on writes end with this, or not by themselves; those that are open end now. */
    answer: (how: Error | undefined | 'later') => {
      end = how;
      if (how !== 'later')
        open.splice(0).forEach((done) => {
          done(how);
        });
    },
    write: (text: string, done: (error?: Error) => void) => {
      writes.push(text);
      if (end === 'later') open.push(done);
      else
        queueMicrotask(() => {
          done(end as Error | undefined);
        });
    },
  };
}

const line = (n: number): string => `${n} ${'x'.repeat(1000)}\n`;
const numbers = (text: string): number[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((one) => Number.parseInt(one, 10));

/** Writes until some lines are dropped; returns how many were taken and dropped. */
function fill(queue: LogQueue, losses: { dropped: number }): { taken: number; dropped: number } {
  let n = 0;
  while (losses.dropped < 5) queue.write(line((n += 1)));
  return { taken: n - 5, dropped: 5 };
}

function watched(queue: LogQueue) {
  const losses = { dropped: 0 };
  queue.observe({
    dropped: () => (losses.dropped += 1),
    recovered: (lines) => {
      queue.write(`-${lines}\n`);
    },
  });
  return losses;
}

describe('makeLogQueue', () => {
  it('sends a line after a quiet time at once, and gathers those that follow', async () => {
    const outlet = anOutlet();
    const queue = makeLogQueue(outlet);
    queue.write('1\n');
    expect(outlet.writes).toEqual(['1\n']);
    for (const more of ['2\n', '3\n', '4\n']) queue.write(more);
    await vi.waitFor(() => {
      expect(outlet.writes).toEqual(['1\n', '2\n3\n4\n']);
    });
  });

  it('sends whole lines, in writes that a pipe takes as a whole or not at all', async () => {
    const outlet = anOutlet();
    const queue = makeLogQueue(outlet);
    const all = Array.from({ length: 50 }, (_, n) => line(n));
    const long = 'é'.repeat(BATCH) + '\n';
    for (const one of [...all, long, '51\n']) queue.write(one);
    await queue.flush(5000);
    expect(outlet.text()).toBe([...all, long, '51\n'].join(''));
    for (const write of outlet.writes) {
      expect(write).toMatch(/\n$/);
      if (write !== long) expect(Buffer.byteLength(write)).toBeLessThanOrEqual(BATCH);
    }
  });

  it('has one write under way at a time', () => {
    const outlet = anOutlet();
    outlet.answer('later');
    const queue = makeLogQueue(outlet);
    for (let n = 0; n < 100; n += 1) queue.write(line(n));
    expect(outlet.writes).toHaveLength(1);
  });

  it('drops whole lines when it is full, and tells of the gap in its place', async () => {
    const outlet = anOutlet();
    outlet.answer('later');
    const queue = makeLogQueue(outlet);
    const losses = watched(queue);
    const { taken } = fill(queue, losses);
    expect(taken * line(1).length).toBeLessThanOrEqual(LIMIT);
    expect((taken + 10) * line(1).length).toBeGreaterThan(LIMIT);
    outlet.answer(undefined);
    await queue.flush(5000);
    queue.write('999999\n');
    await queue.flush(5000);
    const kept = Array.from({ length: taken }, (_, n) => n + 1);
    expect(numbers(outlet.text())).toEqual([...kept, -5, 999999]);
    expect(losses.dropped).toBe(5);
  });

  it('takes no line after a loss until half of it is free', async () => {
    const outlet = anOutlet();
    outlet.answer('later');
    const queue = makeLogQueue(outlet);
    const losses = watched(queue);
    fill(queue, losses);
    queue.write('1\n');
    expect(losses.dropped).toBe(6);
    outlet.answer(undefined);
    await queue.flush(5000);
    expect(numbers(outlet.text()).at(-1)).toBe(-6);
  });

  it('tries a write that failed again, and loses nothing by it', async () => {
    vi.useFakeTimers();
    try {
      const outlet = anOutlet();
      outlet.answer(new Error('EPIPE'));
      const queue = makeLogQueue(outlet);
      queue.write('1\n');
      queue.write('2\n');
      await vi.advanceTimersByTimeAsync(3500);
      expect(outlet.writes.length).toBeGreaterThan(2);
      outlet.writes.length = 0;
      outlet.answer(undefined);
      await vi.advanceTimersByTimeAsync(1100);
      expect(outlet.text()).toBe('1\n2\n');
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['an outlet that is stuck', 'later' as const],
    ['an outlet that fails', new Error('EPIPE')],
  ])('does not wait for %s without end', async (_, how) => {
    const outlet = anOutlet();
    outlet.answer(how);
    const queue = makeLogQueue(outlet);
    queue.write('1\n');
    queue.write('2\n');
    await queue.flush(20);
    expect(outlet.writes.length).toBeGreaterThan(0);
  });

  it('has nothing to wait for when it is empty', async () => {
    await makeLogQueue(anOutlet()).flush(60_000);
  });
});
