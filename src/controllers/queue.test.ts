import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../cluster/api.js';
import { KeyedQueue, type QueueObserver } from './queue.js';

const silent: QueueObserver = {
  depth: () => undefined,
  ran: () => undefined,
  failed: () => undefined,
  recovered: () => undefined,
};
const refusal = (status: number, retryAfter?: number): ApiError =>
  new ApiError(`refused with ${status}`, { status, reason: '', retryAfter });

interface Run {
  readonly key: string;
  readonly at: number;
  end(result?: number): void;
  fail(error: Error): void;
}

/** A queue whose runs end when the test says so. */
const begin = (observe: Partial<QueueObserver> = {}, workers = 2) => {
  const stopping = new AbortController();
  const runs: Run[] = [];
  const queue = new KeyedQueue({
    workers,
    random: () => 0,
    clock: () => performance.now(),
    observe: { ...silent, ...observe },
    work: (key) =>
      new Promise((resolve, reject) => {
        const at = performance.now();
        runs.push({
          key,
          at,
          end: resolve,
          fail: (error) => {
            reject(error);
          },
        });
      }),
  });
  const ended = queue.run(stopping.signal);
  const pass = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
  const keys = (): readonly string[] => runs.map(({ key }) => key);
  return {
    queue,
    runs,
    keys,
    pass,
    stop: () => {
      stopping.abort();
    },
    ended,
  };
};

describe('a queue of keys', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs a key once, however often it is added', async () => {
    const { queue, keys, pass } = begin();
    for (let i = 0; i < 10; i += 1) queue.add('a', 100);
    queue.add('a', 50);
    await pass(49);
    expect(keys()).toEqual([]);
    await pass(500);
    expect(keys()).toEqual(['a']);
  });

  it('runs a key once more that was added while it ran, and not at the same time', async () => {
    const { queue, runs, keys, pass } = begin();
    queue.add('a');
    await pass();
    queue.add('a');
    queue.add('a', 10);
    await pass(100);
    expect(keys()).toEqual(['a']);
    runs[0]?.end();
    await pass(100);
    expect(keys()).toEqual(['a', 'a']);
    runs[1]?.end();
    await pass(100);
    expect([keys().length, queue.size]).toEqual([2, 0]);
  });

  it('works on so many keys at a time, in the order in which they came', async () => {
    const depths: number[] = [];
    const { queue, runs, keys, pass } = begin({ depth: (depth) => depths.push(depth) });
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await pass();
    expect([keys(), depths.at(-1)]).toEqual([['a', 'b'], 2]);
    runs[1]?.end();
    await pass();
    expect([keys(), depths.at(-1)]).toEqual([['a', 'b', 'c'], 1]);
  });

  it('runs a key again after as long as it asks for', async () => {
    const { queue, runs, keys, pass } = begin();
    queue.add('a');
    await pass();
    runs[0]?.end(1_000);
    await pass(999);
    expect(keys()).toHaveLength(1);
    await pass(2);
    expect(keys()).toHaveLength(2);
  });

  it('waits ever longer with a key that fails, whoever adds it, and not with others', async () => {
    const failed: string[] = [];
    const recovered = vi.fn();
    const { queue, runs, keys, pass } = begin({ failed: (key) => failed.push(key), recovered });
    queue.add('a');
    await pass();
    runs[0]?.fail(new Error('no'));
    await pass(399);
    queue.add('a');
    queue.add('b');
    await pass();
    expect(keys()).toEqual(['a', 'b']);
    await pass(2);
    expect(keys()).toEqual(['a', 'b', 'a']);
    runs[2]?.fail(new Error('no'));
    await pass(798);
    expect(keys()).toHaveLength(3);
    await pass(4);
    expect(recovered).not.toHaveBeenCalled();
    runs[3]?.end();
    await pass();
    expect([failed, recovered.mock.calls.length]).toEqual([['a', 'a'], 1]);
  });

  it('does not ask before the API server wants to be asked', async () => {
    const { queue, runs, keys, pass } = begin();
    queue.add('a');
    await pass();
    runs[0]?.fail(refusal(429, 7_000));
    await pass(6_990);
    expect(keys()).toHaveLength(1);
    await pass(20);
    expect(keys()).toHaveLength(2);
  });

  it('tells of no failure where somebody else was faster', async () => {
    const failed = vi.fn();
    const results: string[] = [];
    const { queue, runs, keys, pass } = begin({ failed, ran: (result) => results.push(result) });
    queue.add('a');
    await pass();
    runs[0]?.fail(refusal(409));
    await pass(1_000);
    expect([keys().length, failed.mock.calls.length, results]).toEqual([2, 0, ['conflict']]);
  });

  it('ends when it is told to and its runs have ended, and starts nothing then', async () => {
    const { queue, runs, keys, pass, stop, ended } = begin();
    const over = vi.fn();
    void ended.then(over);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    queue.add('d', 100);
    await pass();
    queue.add('a');
    stop();
    await pass(1_000);
    expect(over).not.toHaveBeenCalled();
    for (const run of runs) run.end(1);
    await pass(10_000);
    expect([over.mock.calls.length, keys(), vi.getTimerCount()]).toEqual([1, ['a', 'b'], 0]);
  });

  it('keeps its word whatever happens in which order', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const event = fc.oneof(
      fc.record({ what: fc.constant('add' as const), key, after: fc.nat(500) }),
      fc.record({ what: fc.constant('end' as const), index: fc.nat(3) }),
      fc.record({ what: fc.constant('fail' as const), index: fc.nat(3) }),
      fc.record({ what: fc.constant('pass' as const), by: fc.nat(2_000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
        const { queue, runs, pass, stop, ended } = begin();
        const open = new Set<Run>();
        /** Keys that were added and whose next run has not begun. */
        const owed = new Set<string>();
        let seen = 0;
        const look = (): void => {
          for (const run of runs.slice(seen)) {
            expect([...open].map((one) => one.key)).not.toContain(run.key);
            open.add(run);
            owed.delete(run.key);
          }
          seen = runs.length;
          expect(open.size).toBeLessThanOrEqual(2);
        };
        const close = (index: number, how: (run: Run) => void): void => {
          const run = [...open][index];
          if (!run) return;
          open.delete(run);
          how(run);
        };
        for (const one of events) {
          if (one.what === 'add') {
            queue.add(one.key, one.after);
            owed.add(one.key);
          } else if (one.what === 'pass') await pass(one.by);
          else if (one.what === 'end')
            close(one.index, (run) => {
              run.end();
            });
          else {
            close(one.index, (run) => {
              owed.add(run.key);
              run.fail(new Error('no'));
            });
          }
          await pass();
          look();
        }
        for (let i = 0; i < 20; i += 1) {
          while (open.size > 0) {
            close(0, (run) => {
              run.end();
            });
          }
          await pass(20_000);
          look();
        }
        expect([owed.size, open.size, queue.size]).toEqual([0, 0, 0]);
        stop();
        await ended;
      }),
      { numRuns: 200 },
    );
  });
});
