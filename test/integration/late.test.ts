import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PODS } from '../../src/cluster/resources.js';
import { RECORD_ANNOTATION } from '../../src/core/model/annotations.js';
import { timeText } from '../../src/core/model/time.js';
import type { ControllerRevision, DaemonSet, Pod } from '../../src/core/model/types.js';
import { decodeRecord, type InjectionRecord } from '../../src/core/record/record.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import type { Call } from '../support/api-server/faults.js';
import { aContainer, aPod, superNode, type Overrides } from '../support/builders.js';
import { merge } from '../support/merge.js';
import { aPlaceholder, aRevision, running, theDaemonSet } from '../support/lifecycle.js';
import { startEphemeral, startLate, type Fate, type Late } from './support/late.js';
import { startClock, type TickingClock } from './support/ticking.js';

const NOW = '2026-01-01T02:00:00Z';
const proven = (revision: ControllerRevision): ControllerRevision =>
  merge<ControllerRevision>(revision, {
    metadata: { annotations: { 'ds-injector.io/proven': 'true' } },
  });
const withVolume: Overrides<DaemonSet> = {
  spec: {
    template: {
      spec: {
        volumes: [{ name: 'logs', hostPath: { path: '/var/log/agent' } }],
        containers: [
          aContainer({
            name: 'agent',
            image: 'example.org/agent:1',
            volumeMounts: [{ name: 'logs', mountPath: '/var/log/agent' }],
          }),
        ],
      },
    },
  },
};

describe('pods that run already', () => {
  let api: ApiServer;
  let clock: TickingClock;
  let leaders: Late[] = [];
  let endKubelet: () => void;
  let fate: Fate;

  const start = (...more: [] | [Parameters<typeof startLate>[2]]): Late => {
    const leader = startLate(api, clock, ...more);
    leaders.push(leader);
    return leader;
  };
  const eventually = (check: () => void): Promise<void> =>
    vi.waitFor(check, { timeout: 30_000, interval: 10 });
  const web = (name: string, ...more: Overrides<Pod>[]): Pod =>
    aPod(
      {
        metadata: { name, namespace: 'shop', creationTimestamp: '2026-01-01T01:00:00Z' },
        spec: { nodeName: 'super' },
        status: {
          phase: 'Running',
          startTime: '2026-01-01T01:00:00Z',
          containerStatuses: [running('app')],
        },
      },
      ...more,
    );
  const get = (name = 'web'): Pod => api.store.get({ resource: PODS, namespace: 'shop', name });
  const ephemeral = (name = 'web'): readonly string[] =>
    (get(name).spec?.ephemeralContainers ?? []).map((one) => one.name);
  const record = (name = 'web'): InjectionRecord | undefined =>
    decodeRecord(get(name).metadata?.annotations?.[RECORD_ANNOTATION] ?? '');
  const label = (name = 'web'): string | undefined =>
    get(name).metadata?.labels?.['ds-injector.io/injected'];
  const calls = (verb: string, name = ''): readonly Call[] =>
    api.calls.filter(
      (call) => call.verb === verb && call.path.includes(`/namespaces/shop/pods/${name}`),
    );
  const told = (line: string): Promise<void> =>
    eventually(() => {
      expect(leaders.flatMap((leader) => leader.told)).toContain(line);
    });
  const touch = (name = 'web'): void => {
    const { resourceVersion: _, ...metadata } = get(name).metadata ?? {};
    const annotations = { ...metadata.annotations, touched: String(Math.random()) };
    api.store.put({ ...get(name), metadata: { ...metadata, annotations } });
  };
  /** Waits until the leader has looked once more than now, as it does after any change. */
  const looked = async (change: () => void): Promise<void> => {
    const looks = (): number => leaders.reduce((sum, leader) => sum + leader.looks(), 0);
    const before = looks();
    change();
    await eventually(() => {
      expect(looks()).toBeGreaterThan(before);
    });
  };

  beforeEach(async () => {
    clock = startClock(Date.parse(NOW));
    api = await startApiServer();
    fate = () => ({ running: { startedAt: timeText(clock.now()) } });
    endKubelet = startEphemeral(api, () => fate);
    api.store.put(superNode(), theDaemonSet(), aRevision('r1'), aPlaceholder());
  });
  afterEach(async () => {
    await Promise.all(leaders.map((leader) => leader.stop()));
    leaders = [];
    endKubelet();
    await api.close();
    clock.stop();
  });

  it('get what they lack as ephemeral containers, with a record and the label', async () => {
    api.store.put(web('web'));
    start();
    await told('existing agent shop/web');
    expect(ephemeral()).toEqual(['agent']);
    expect(label()).toBe('true');
    expect(record()?.daemonSets).toMatchObject([
      {
        name: 'agent',
        revision: 'r1',
        containers: [{ injectedAs: 'agent', placement: 'ephemeral' }],
      },
    ]);
    expect(get().spec?.containers).toEqual(web('web').spec?.containers);
  });

  it('are left alone on real nodes, and where they opt out', async () => {
    const optOut = {
      metadata: { annotations: { 'eks.tke.cloud.tencent.com/ds-injection': 'false' } },
    };
    api.store.put(web('real', { spec: { nodeName: 'worker' } }), web('out', optOut), web('web'));
    start();
    await told('existing agent shop/web');
    await looked(() => {
      touch('out');
    });
    expect([ephemeral('real'), ephemeral('out'), calls('get', 'out')]).toEqual([[], [], []]);
  });

  it('are not written twice, whoever leads', async () => {
    api.store.put(web('web'));
    const first = start();
    await told('existing agent shop/web');
    await looked(touch);
    await first.stop();
    leaders = [];
    const second = start();
    await looked(touch);
    await looked(touch);
    expect(calls('patch')).toHaveLength(2);
    expect(second.told).toEqual([]);
  });

  it('are left to the webhook for five seconds', async () => {
    api.store.put(web('web', { metadata: { creationTimestamp: NOW } }));
    start();
    await told('existing agent shop/web');
    expect(clock.now() - Date.parse(NOW)).toBeGreaterThanOrEqual(5_000);
    expect(calls('get')).toHaveLength(1);
  });

  it('get a DaemonSet that is marked while they run', async () => {
    const unmarked = { 'eks.tke.cloud.tencent.com/ds-injection': 'false' };
    api.store.put(
      theDaemonSet({ spec: { template: { metadata: { annotations: unmarked } } } }),
      web('web'),
    );
    const leader = start();
    await looked(touch);
    expect(leader.told).toEqual([]);
    api.store.put(theDaemonSet());
    await told('existing agent shop/web');
  });

  it('get nothing where that is not wanted', async () => {
    api.store.put(web('web'));
    const leader = start({ existing: false });
    await looked(touch);
    await looked(touch);
    expect([leader.told, calls('get'), calls('patch')]).toEqual([[], [], []]);
  });

  it('are left alone where the webhook is not asked about them', async () => {
    const elsewhere = { metadata: { namespace: 'other' } };
    api.store.put(web('web', elsewhere), web('web'));
    const leader = start({ isReviewed: (namespace) => namespace === 'shop' });
    await told('existing agent shop/web');
    await looked(() => {
      api.store.put(web('late', elsewhere));
    });
    expect(leader.told).toEqual(['existing agent shop/web']);
  });

  it('all get it, however many there are, and not all at once', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `web-${index}`);
    api.store.put(proven(aRevision('r1')));
    api.store.put(...names.map((name) => web(name)));
    const leader = start();
    const at = clock.monotonic();
    await eventually(() => {
      expect(leader.told).toHaveLength(names.length);
    });
    expect(clock.monotonic() - at).toBeGreaterThanOrEqual(1_900);
    expect(calls('get')).toHaveLength(names.length);
    expect(names.filter((name) => ephemeral(name).length !== 1)).toEqual([]);
  });

  it('are ten at most that try a revision, until it is proven', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `web-${index}`);
    api.store.put(...names.map((name) => web(name)));
    const first = start();
    await eventually(() => {
      expect(first.told).toHaveLength(10);
    });
    await first.stop();
    leaders = [];
    const leader = start();
    await looked(() => {
      clock.jump(60_000);
    });
    for (const name of names) {
      await looked(() => {
        touch(name);
      });
    }
    expect([leader.told, names.filter((name) => ephemeral(name).length > 0)]).toEqual([
      [],
      expect.objectContaining({ length: 10 }),
    ]);
    const gone = names.find((name) => ephemeral(name).length > 0) ?? '';
    api.store.drop(get(gone));
    await eventually(() => {
      expect(leader.told).toHaveLength(1);
    });
    api.store.put(proven(aRevision('r1')));
    await eventually(() => {
      expect(leader.told).toHaveLength(15);
    });
  });

  describe('and cannot get it', () => {
    it('are told of once, and not read again until something has changed', async () => {
      const daemonSet = theDaemonSet(withVolume);
      api.store.put(daemonSet, aRevision('r1', daemonSet), web('web'));
      const leader = start();
      await told('refused shop/web not_ephemeral');
      const reads = calls('get').length;
      const { resourceVersion: _, ...metadata } = get().metadata ?? {};
      for (const phase of ['Pending', 'Running']) {
        await looked(() => {
          api.store.put({ ...get(), metadata, status: { phase } });
        });
      }
      expect(calls('get')).toHaveLength(reads);
      expect([leader.told, calls('patch')]).toEqual([['refused shop/web not_ephemeral'], []]);
      api.store.put(theDaemonSet(), aRevision('r1'));
      await told('existing agent shop/web');
    });

    it('are left as they were where the API server does not take it', async () => {
      const refusal = api.fault({
        verb: 'patch',
        path: '/ephemeralcontainers',
        times: 1,
        what: { status: 403, reason: 'Forbidden' },
      });
      api.store.put(web('web'));
      const leader = start();
      await told('rejected shop/web');
      expect([refusal.hits, record(), label(), ephemeral()]).toEqual([1, undefined, undefined, []]);
      const before = calls('patch').length;
      await looked(touch);
      await looked(touch);
      expect([calls('patch').length, leader.told]).toEqual([before, ['rejected shop/web']]);
    });
  });

  it('keep what others wrote into the record before it was taken back', async () => {
    api.fault({
      ...{ verb: 'patch', path: '/ephemeralcontainers', times: 1 },
      what: { status: 403, reason: 'Forbidden' },
    });
    api.store.put(web('web'));
    let isDone = false;
    const unobserve = api.store.observe(() => {
      if (isDone || record() === undefined) return;
      isDone = true;
      setImmediate(() => {
        const { resourceVersion: _, ...metadata } = get().metadata ?? {};
        const theirs = JSON.stringify({ ...record(), pinned: true });
        const annotations = { [RECORD_ANNOTATION]: theirs };
        api.store.put({ ...get(), metadata: { ...metadata, annotations } });
      });
    });
    start();
    await told('rejected shop/web');
    unobserve();
    expect(record()).toMatchObject({ pinned: true, daemonSets: [{ name: 'agent' }] });
  });

  describe('while others write', () => {
    const fault = (path: string, status: number, more = {}) =>
      api.fault({ verb: 'patch', path, times: 1, what: { status, reason: 'Conflict', ...more } });

    it.each(['/pods/web', '/ephemeralcontainers'])(
      'are tried again after a conflict at %s',
      async (path) => {
        const conflict = fault(path, 409);
        api.store.put(web('web'));
        const leader = start();
        await eventually(() => {
          expect(ephemeral()).toEqual(['agent']);
        });
        await eventually(() => {
          expect([conflict.hits, leader.told.length]).toEqual([1, 1]);
        });
      },
    );

    it('are not overwritten: a record counts that came after they were read', async () => {
      api.store.put(web('web'));
      const slow = api.fault({ verb: 'patch', path: '/pods/web', times: 1, what: { status: 503 } });
      start();
      await eventually(() => {
        expect(slow.hits).toBe(1);
      });
      touch();
      await told('existing agent shop/web');
      expect(get().metadata?.annotations).toHaveProperty('touched');
    });

    it('wait as long as an API server with too much to do wants', async () => {
      const busy = fault('/ephemeralcontainers', 429, { retryAfter: 2 });
      api.store.put(web('web'));
      start();
      await eventually(() => {
        expect(busy.hits).toBe(1);
      });
      const at = clock.monotonic();
      await told('promised agent shop/web');
      expect(clock.monotonic() - at).toBeGreaterThanOrEqual(1_900);
    });

    it('get the rest when the connection broke between the two writes', async () => {
      const broken = api.fault({
        verb: 'patch',
        path: '/ephemeralcontainers',
        times: 1,
        what: 'reset',
      });
      api.store.put(web('web'));
      start();
      await told('promised agent shop/web');
      expect([broken.hits, ephemeral()]).toEqual([1, ['agent']]);
    });

    it('are forgotten when they are gone', async () => {
      const gone = fault('/pods/web', 404, { reason: 'NotFound' });
      api.store.put(web('web'));
      const leader = start();
      await eventually(() => {
        expect(gone.hits).toBe(1);
      });
      api.store.drop(get());
      api.store.put(web('other'));
      await told('existing agent shop/other');
      expect(leader.told).toEqual(['existing agent shop/other']);
    });

    it('keep the ephemeral containers of others', async () => {
      const debug = { name: 'agent', image: 'busybox' };
      api.store.put(web('web', { spec: { ephemeralContainers: [debug] } }));
      start();
      await eventually(() => {
        expect(ephemeral()).toHaveLength(2);
      });
      expect(get().spec?.ephemeralContainers).toContainEqual(debug);
    });
  });

  describe('whose records promise ephemeral containers', () => {
    const promised = (...more: Overrides<Pod>[]): Pod =>
      web(
        'web',
        {
          metadata: {
            creationTimestamp: NOW,
            labels: { 'ds-injector.io/injected': 'true' },
            annotations: {
              'ds-injector.io/isolation': 'ephemeral',
              [RECORD_ANNOTATION]: JSON.stringify({
                version: 1,
                daemonSets: [
                  {
                    namespace: 'monitoring',
                    name: 'agent',
                    uid: theDaemonSet().metadata?.uid,
                    revision: 'r1',
                    containers: [
                      { container: 'agent', injectedAs: 'agent', placement: 'ephemeral' },
                    ],
                  },
                ],
                volumes: [],
              }),
            },
          },
        },
        ...more,
      );

    it('get them at once, whatever becomes of pods that lack something', async () => {
      api.store.put(promised());
      start({ existing: false });
      await told('promised agent shop/web');
      expect(ephemeral()).toEqual(['agent']);
    });

    it('lose the promise where the API server does not take them, whoever made it', async () => {
      api.fault({
        ...{ verb: 'patch', path: '/ephemeralcontainers', times: 1 },
        what: { status: 403, reason: 'Forbidden' },
      });
      api.store.put(promised());
      start({ existing: false });
      await told('rejected shop/web');
      expect([record(), label(), ephemeral()]).toEqual([undefined, undefined, []]);
    });

    it('have them started again under other names, ever later, and not for ever', async () => {
      const ends: number[] = [];
      fate = () => {
        ends.push(clock.now());
        return { terminated: { exitCode: 1, reason: 'Error', finishedAt: timeText(clock.now()) } };
      };
      api.store.put(promised());
      start({ restarts: 2 });
      await told('restarted agent-2 shop/web');
      clock.jump(20_000);
      touch();
      await told('restarted agent-3 shop/web');
      clock.jump(600_000);
      await looked(touch);
      await looked(touch);
      expect(ephemeral()).toEqual(['agent-3', 'agent-2', 'agent']);
      expect((ends[1] ?? 0) - (ends[0] ?? 0)).toBeGreaterThanOrEqual(9_000);
      expect(record()?.daemonSets[0]?.containers).toMatchObject([
        { injectedAs: 'agent-3', restarts: 2 },
      ]);
    });
  });
});
