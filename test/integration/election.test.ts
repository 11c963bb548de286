import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiClient } from '../../src/cluster/api.js';
import { elect, type Election } from '../../src/cluster/elector.js';
import { LEASES } from '../../src/cluster/resources.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { clientOf } from '../support/api-server/client.js';
import { Terms } from '../support/terms.js';

const TIMES = { leaseDuration: 2_000, renewDeadline: 1_200, retryPeriod: 150 };

/** Elections over HTTP, in seconds where production takes minutes. */
describe('an election on an API server', () => {
  let server: ApiServer;
  let terms = new Terms();
  const candidates: Candidate[] = [];

  interface Candidate {
    readonly name: string;
    readonly election: Election;
    readonly client: ApiClient;
    readonly told: string[];
    /** Whether its requests get nowhere, as those of a machine whose network is gone. */
    cut: boolean;
  }

  const candidate = (name: string): Candidate => {
    const client = clientOf(server);
    const told: string[] = [];
    const one: Candidate = {
      name,
      client,
      told,
      cut: false,
      election: elect({
        client: { request: (call) => client.request(one.cut ? { ...call, path: '/cut' } : call) },
        lease: { namespace: 'system', name: 'ds-injector' },
        identity: name,
        times: TIMES,
        clock: { monotonic: () => performance.now(), now: Date.now },
        random: Math.random,
        lead: (signal) => terms.lead(name, signal),
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
  const eventually = (check: () => void): Promise<void> =>
    vi.waitFor(check, { timeout: 20_000, interval: 10 });
  const oneLeads = async (): Promise<Candidate> => {
    await eventually(() => {
      expect(terms.now()).toHaveLength(1);
    });
    const [leader] = candidates.filter(({ election }) => election.isLeader());
    if (!leader) throw new Error('nobody leads any more');
    return leader;
  };

  beforeEach(async () => {
    server = await startApiServer();
    server.fault({ path: '/cut', what: 'hang' });
    terms = new Terms();
    candidates.length = 0;
  });
  afterEach(async () => {
    await Promise.all(candidates.map(({ election }) => election.stop()));
    for (const { client } of candidates) client.close();
    await server.close();
    expect(terms.clashes).toEqual([]);
  });

  it('makes one of three that start together the leader, and each change of it is one', async () => {
    ['a', 'b', 'c'].forEach(candidate);
    const first = await oneLeads();
    await first.election.stop();
    const second = await oneLeads();
    expect(second.name).not.toBe(first.name);
    second.cut = true;
    await eventually(() => {
      expect(new Set(terms.leaders).size).toBe(3);
    });
    const spec = server.store.list(LEASES, {})[0]?.['spec'];
    expect(spec).toMatchObject({ holderIdentity: terms.leaders[2], leaseTransitions: 2 });
  });

  it('lets nobody lead while the API server is away, and one when it is back', async () => {
    ['a', 'b'].forEach(candidate);
    await oneLeads();
    await server.close();
    await eventually(() => {
      expect(terms.now()).toEqual([]);
    });
    server = await startApiServer({ port: server.port, store: server.store });
    await oneLeads();
  });

  it('gets over every fault of an API server', async () => {
    ['a', 'b', 'c'].forEach(candidate);
    await oneLeads();
    for (const what of ['hang', 'reset', 'cut', { status: 500 }, { text: 'a proxy' }] as const) {
      const fault = server.fault({ what });
      await eventually(() => {
        expect(terms.now()).toEqual([]);
      });
      fault.end();
      await oneLeads();
    }
  });

  it('says which verb is missing', async () => {
    const refused = { status: 403, reason: 'Forbidden' };
    server.fault({ verb: 'create', what: refused });
    const a = candidate('a');
    await eventually(() => {
      expect(a.told).toEqual([expect.stringContaining('create leases system')]);
    });
  });
});
