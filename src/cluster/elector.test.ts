import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAIR, simulateLeases, type Weather } from '../../test/support/simulated-leases.js';
import { elect, type Election } from './elector.js';

const HOUR = 3_600_000;
const SECOND = 1000;
const TIMES = { leaseDuration: 15 * SECOND, renewDeadline: 10 * SECOND, retryPeriod: 2 * SECOND };

/** A candidate with clocks of its own, and what it told. */
interface Candidate {
  readonly election: Election;
  readonly told: string[];
  /** What becomes of its requests. */
  weather: Weather;
  /** What its work waits for besides the end of its term. */
  lingers: Promise<void>;
  /** The times at which its work began and ended. */
  readonly worked: number[];
}

describe('elect', () => {
  let leases = simulateLeases();
  const candidates: Candidate[] = [];

  const candidate = (identity: string, skew = 0): Candidate => {
    const told: string[] = [];
    const worked: number[] = [];
    const one: Candidate = {
      told,
      worked,
      weather: FAIR,
      lingers: Promise.resolve(),
      election: elect({
        client: leases.client(() => one.weather),
        lease: { namespace: 'system', name: 'ds-injector' },
        identity,
        times: TIMES,
        clock: {
          monotonic: () => performance.now() + skew,
          now: () => Date.parse('2030-01-01T00:00:00Z') + performance.now() + skew,
        },
        random: () => 0.5,
        lead: async (signal) => {
          worked.push(performance.now());
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
          await one.lingers;
          worked.push(performance.now());
        },
        observe: {
          won: () => told.push('won'),
          lost: (why) => told.push(`lost: ${why}`),
          follows: (holder) => told.push(`follows ${holder}`),
          failed: (problem) => told.push(problem),
          recovered: () => told.push('recovered'),
        },
      }),
    };
    candidates.push(one);
    one.election.start();
    return one;
  };
  const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * SECOND);
  const stop = async ({ election }: Candidate): Promise<void> => {
    const stopped = election.stop();
    await pass(10);
    await stopped;
  };
  const spec = (): Record<string, unknown> => leases.lease?.['spec'] as Record<string, unknown>;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    leases = simulateLeases();
    candidates.length = 0;
  });
  afterEach(async () => {
    for (const one of candidates) await stop(one);
    vi.useRealTimers();
  });

  it('makes the Lease and holds it on, with one call for each renewal', async () => {
    const a = candidate('a');
    await pass(1);
    expect([a.told, a.election.isLeader()]).toEqual([['won'], true]);
    expect(leases.requests).toEqual(['GET', 'POST']);
    await pass(60);
    expect(new Set(leases.requests.slice(2))).toEqual(new Set(['PUT']));
    expect(leases.requests.length).toBeLessThanOrEqual(33);
    expect(spec()).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: '2030-01-01T00:00:00.002000Z',
    });
    expect(a.told).toEqual(['won']);
  });

  it('leaves to the Lease what others wrote on it', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    leases.lease = { kind: 'Lease', metadata: { name: 'ds-injector', labels } };
    const a = candidate('a');
    await pass(5);
    expect(a.election.isLeader()).toBe(true);
    expect(leases.lease.metadata?.labels).toEqual(labels);
  });

  it.each([
    ['hours behind', -5 * HOUR],
    ['hours ahead', 5 * HOUR],
  ])('lets one lead, and the other follow, whose clock is %s', async (_, skew) => {
    const a = candidate('a');
    await pass(1);
    const b = candidate('b', skew);
    await pass(120);
    expect([a.told, b.told]).toEqual([['won'], ['follows a']]);
  });

  it('takes over when the record has not changed for its time, and not before', async () => {
    const a = candidate('a', 5 * HOUR);
    await pass(1);
    const b = candidate('b', -5 * HOUR);
    await pass(10);
    a.weather = { ...FAIR, lost: 'there' };
    await pass(14);
    expect(b.election.isLeader()).toBe(false);
    await pass(8);
    expect([b.election.isLeader(), a.election.isLeader()]).toEqual([true, false]);
    expect(spec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    // The work of the one was over before that of the other began.
    expect(a.worked[1]).toBeLessThan(b.worked[0] ?? 0);
    a.weather = FAIR;
    await pass(5);
    expect(a.told.slice(-2)).toEqual(['follows b', 'recovered']);
  });

  it('steps down at the deadline when the API server is away, and leads again when it is back', async () => {
    const a = candidate('a');
    await pass(9);
    a.weather = { ...FAIR, lost: 'there' };
    await pass(8);
    expect(a.election.isLeader()).toBe(true);
    await pass(3);
    expect(a.election.isLeader()).toBe(false);
    expect(a.told).toEqual(['won', 'timeout', 'lost: it could not be renewed in time']);
    await pass(600);
    expect(a.told).toHaveLength(3);
    a.weather = FAIR;
    await pass(10);
    expect(a.told.slice(3)).toEqual(['won', 'recovered']);
    expect(a.worked).toHaveLength(3);
  });

  it('goes on through failures that are shorter than the deadline', async () => {
    const a = candidate('a');
    await pass(9);
    a.weather = { ...FAIR, refusal: { status: 500 } };
    await pass(7);
    a.weather = FAIR;
    await pass(30);
    expect(a.told).toEqual(['won', 'Refused 500', 'recovered']);
  });

  it('steps down at once when somebody else has taken the Lease', async () => {
    const a = candidate('a');
    await pass(5);
    if (leases.lease) {
      leases.lease['spec'] = { ...spec(), holderIdentity: 'thief' };
      leases.lease.metadata = { ...leases.lease.metadata, resourceVersion: 'other' };
    }
    await pass(2.5);
    expect([a.told, a.election.isLeader()]).toEqual([
      ['won', 'lost: thief has taken the Lease', 'follows thief'],
      false,
    ]);
    await pass(20);
    expect(a.election.isLeader()).toBe(true);
  });

  it('holds on to a Lease whose labels somebody else changed', async () => {
    const a = candidate('a');
    await pass(5);
    if (leases.lease) leases.lease.metadata = { labels: { a: 'b' }, resourceVersion: 'other' };
    await pass(30);
    expect([a.told, leases.lease?.metadata?.labels]).toEqual([['won'], { a: 'b' }]);
  });

  it('makes a Lease again that is deleted, without a change of the leader', async () => {
    const a = candidate('a');
    await pass(1);
    const b = candidate('b');
    await pass(20);
    leases.lease = undefined;
    await pass(30);
    expect([a.told, b.told]).toEqual([['won'], ['follows a']]);
  });

  it.each([null, 'text', { holderIdentity: 7, leaseDurationSeconds: 'x' }, { renewTime: [] }])(
    'gets over a Lease that holds %j',
    async (hostile) => {
      leases.lease = { metadata: { resourceVersion: '1' }, spec: hostile };
      const a = candidate('a');
      await pass(20);
      expect(a.election.isLeader()).toBe(true);
      expect(spec()).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15 });
    },
  );

  it('leaves the Lease when it stops, so that another one takes it at its next attempt', async () => {
    const a = candidate('a');
    await pass(1);
    const b = candidate('b');
    await pass(20);
    await stop(a);
    expect(a.told).toEqual(['won', 'lost: it stops']);
    expect([b.election.isLeader(), spec()['leaseTransitions']]).toEqual([true, 1]);
    expect(a.worked[1]).toBeLessThan(b.worked[0] ?? 0);
  });

  it('does not leave the Lease to others while its work goes on', async () => {
    const a = candidate('a');
    a.lingers = new Promise(() => undefined);
    await pass(3);
    await stop(a);
    expect(spec()['holderIdentity']).toBe('a');
  });

  it('does not lead again before its work of the last time has ended', async () => {
    const a = candidate('a');
    let end = (): void => undefined;
    a.lingers = new Promise((resolve) => (end = resolve));
    await pass(5);
    a.weather = { ...FAIR, lost: 'there' };
    await pass(20);
    a.weather = FAIR;
    await pass(20);
    expect([a.election.isLeader(), a.worked.length]).toEqual([true, 1]);
    end();
    await pass(1);
    expect(a.worked).toHaveLength(3);
  });

  it('stops within seconds while the API server hangs', async () => {
    const a = candidate('a');
    await pass(5);
    a.weather = { ...FAIR, lost: 'there' };
    const stopped = a.election.stop();
    await pass(8);
    await stopped;
    expect(a.election.isLeader()).toBe(false);
  });

  it('leads while answers take less than half of the deadline', async () => {
    const a = candidate('a');
    a.weather = { there: 1, back: 4900 };
    await pass(60);
    expect(a.election.isLeader()).toBe(true);
    a.weather = { there: 1, back: 5001 };
    await pass(30);
    expect(a.election.isLeader()).toBe(false);
  });

  it('leaves an API server alone that asks for it, while it does not lead', async () => {
    const a = candidate('a');
    a.weather = { ...FAIR, refusal: { status: 429, retryAfter: 8000 } };
    await pass(41);
    expect(leases.requests).toEqual([]);
    expect(a.told).toEqual(['Refused 429']);
  });

  it('tells that it may not, once, and goes on trying', async () => {
    const a = candidate('a');
    a.weather = { ...FAIR, refusal: { status: 403 } };
    await pass(600);
    expect(a.told).toEqual(['Refused 403']);
    a.weather = FAIR;
    await pass(10);
    expect(a.told.slice(1)).toEqual(['won', 'recovered']);
  });
});
