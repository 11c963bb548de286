import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { elect, type Election } from '../../src/cluster/elector.js';
import { Terms } from '../support/terms.js';
import { simulateLeases, type SimulatedLeases, type Weather } from '../support/simulated-leases.js';

/** Elections in virtual time: half an hour of them each. `PROPERTY_RUNS` asks for more. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 20);
const SECOND = 1000;
const TIMES = { leaseDuration: 15 * SECOND, renewDeadline: 10 * SECOND, retryPeriod: 2 * SECOND };

/** A stretch of time in which the requests of some candidates fare badly. */
interface Storm {
  readonly from: number;
  readonly lasts: number;
  readonly over: number;
  readonly kind: 'cut' | 'deaf' | 'slow' | 'refused' | 'mixed';
}

const storms = fc.array(
  fc.record<Storm>({
    from: fc.nat(1500 * SECOND),
    lasts: fc.integer({ min: SECOND, max: 90 * SECOND }),
    over: fc.integer({ min: 1, max: 7 }),
    kind: fc.constantFrom('cut', 'deaf', 'slow', 'refused', 'mixed'),
  }),
  { maxLength: 25 },
);
const clocks = fc.array(
  fc.record({
    offset: fc.integer({ min: -1e10, max: 1e10 }),
    // A tenth too fast or too slow is far more than any machine is.
    rate: fc.double({ min: 0.9, max: 1.1, noNaN: true }),
  }),
  { minLength: 2, maxLength: 3 },
);
const stops = fc.array(fc.nat(1500 * SECOND), { maxLength: 3 });

/** Numbers from 0 to 1 that follow from a seed. */
function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const WEATHERS: Readonly<Record<Exclude<Storm['kind'], 'mixed'>, (random: number) => Weather>> = {
  cut: () => ({ there: 1, back: 1, lost: 'there' }),
  deaf: () => ({ there: 5, back: 5, lost: 'back' }),
  slow: (random) => ({ there: random * 20 * SECOND, back: random * 4 * SECOND }),
  refused: () => ({ there: 5, back: 5, refusal: { status: 503, retryAfter: SECOND } }),
};
const KINDS = ['cut', 'deaf', 'slow', 'refused'] as const;

function weatherAt(hits: readonly Storm[], random: () => number): Weather {
  const storm = hits.find(
    ({ from, lasts }) => performance.now() >= from && performance.now() < from + lasts,
  );
  if (!storm) return { there: random() * 50, back: random() * 50 };
  const kind = storm.kind === 'mixed' ? KINDS[Math.floor(random() * 4)] : storm.kind;
  return WEATHERS[kind ?? 'cut'](random());
}

interface Candidate {
  readonly leases: SimulatedLeases;
  readonly terms: Terms;
  readonly identity: string;
  readonly hits: readonly Storm[];
  readonly clock: { readonly offset: number; readonly rate: number };
  readonly random: () => number;
}

const run = ({ leases, terms, identity, hits, clock, random }: Candidate): Election =>
  elect({
    client: leases.client(() => weatherAt(hits, random)),
    lease: { namespace: 'n', name: 'l' },
    identity,
    times: TIMES,
    clock: {
      monotonic: () => performance.now() * clock.rate + clock.offset,
      now: () => performance.now() - clock.offset,
    },
    random,
    lead: (signal) => terms.lead(identity, signal),
    observe: {
      won: () => undefined,
      lost: () => undefined,
      follows: () => undefined,
      failed: () => undefined,
      recovered: () => undefined,
    },
  });

describe('an election', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('never has two leaders, and has one soon after the last trouble', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), clocks, storms, stops, async (seed, clockOf, all, ends) => {
        vi.clearAllTimers();
        const begin = performance.now();
        const random = numbersOf(seed);
        const leases = simulateLeases();
        const terms = new Terms();
        let names = 0;
        const start = (n: number): Election => {
          const hits = all
            .filter(({ over }) => over & (1 << n))
            .map((storm) => ({ ...storm, from: storm.from + begin }));
          const clock = clockOf[n] ?? { offset: 0, rate: 1 };
          names += 1;
          const election = run({ leases, terms, identity: `c${names}`, hits, clock, random });
          election.start();
          return election;
        };
        const running = clockOf.map((_, n) => start(n));
        ends.forEach((at, n) => {
          const index = n % running.length;
          // Stopped, and started again at once as another, as in a rolling update.
          setTimeout(() => {
            void running[index]?.stop();
            running[index] = start(index);
          }, at);
        });
        await vi.advanceTimersByTimeAsync(1700 * SECOND);
        expect(terms.clashes).toEqual([]);
        expect(running.filter((one) => one.isLeader())).toHaveLength(1);
        const stopped = Promise.all(running.map((one) => one.stop()));
        await vi.advanceTimersByTimeAsync(20 * SECOND);
        await stopped;
        expect(terms.now()).toEqual([]);
      }),
      { numRuns },
    );
  });
});
