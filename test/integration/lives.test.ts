import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PODS } from '../../src/cluster/resources.js';
import { NUDGE_ANNOTATION } from '../../src/core/model/annotations.js';
import type { KubernetesObject, Pod } from '../../src/core/model/types.js';
import { conditionIn, statusOf, type Condition } from '../../src/core/status/observed.js';
import { decodeSummary, type Summary } from '../../src/core/status/summary.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import type { Call } from '../support/api-server/faults.js';
import { realNode, superNode } from '../support/builders.js';
import {
  agentIs,
  aDaemonPod,
  aimAt,
  anInjected,
  aPlaceholder,
  aRevision,
  running,
  theDaemonSet,
  waiting,
} from '../support/lifecycle.js';
import { startKeeper, type Keeper, type KeeperOptions } from './support/lives.js';
import { startClock, type TickingClock } from './support/ticking.js';

const NAME = 'agent-abcde';
const crashing = (name: string): Pod =>
  anInjected(name, agentIs(waiting('agent', 'CrashLoopBackOff', { restartCount: 3 })));
const named = (name: string, index: number): string => `${name}-${index}`;

describe('DaemonSets on virtual nodes', () => {
  let api: ApiServer;
  let keepers: Keeper[] = [];
  let clock: TickingClock;

  const start = (options: Omit<KeeperOptions, 'clock'> = {}): Keeper => {
    const keeper = startKeeper(api, `keeper-${keepers.length}`, { ...options, clock });
    keepers.push(keeper);
    return keeper;
  };
  const eventually = (check: () => void): Promise<void> =>
    vi.waitFor(check, { timeout: 30_000, interval: 10 });
  const pod = (name = NAME, namespace = 'monitoring'): Pod =>
    api.store.get({ resource: PODS, namespace, name });
  const pods = (): readonly string[] =>
    api.store.list(PODS, { namespace: 'monitoring' }).map(({ metadata }) => metadata?.name ?? '');
  const ready = (name = NAME): Condition | undefined =>
    conditionIn(statusOf(pod(name)).conditions, 'Ready');
  const summary = (name = NAME): Summary | undefined =>
    decodeSummary(pod(name).metadata?.annotations?.['ds-injector.io/summary'] ?? '');
  const nudge = (name = NAME): string | undefined =>
    pod(name).metadata?.annotations?.[NUDGE_ANNOTATION];
  const writes = (): readonly Call[] =>
    api.calls.filter(
      ({ verb, path }) =>
        ['create', 'update', 'patch', 'delete'].includes(verb) && !path.includes('/leases'),
    );
  /** Waits until the controllers have looked at something once more than now, which they do after any change. */
  const looked = async (change: () => void): Promise<void> => {
    const before = keepers.reduce((sum, keeper) => sum + keeper.looks(), 0);
    change();
    await eventually(() => {
      expect(keepers.reduce((sum, keeper) => sum + keeper.looks(), 0)).toBeGreaterThan(before + 1);
    });
  };
  const touch = (name = NAME): void => {
    const { resourceVersion: _, ...metadata } = pod(name).metadata ?? {};
    api.store.put({
      ...pod(name),
      metadata: { ...metadata, labels: { ...metadata.labels, touched: String(Math.random()) } },
    });
  };
  const said = (status: string): Promise<void> =>
    eventually(() => {
      expect(ready()?.status).toBe(status);
    });

  beforeEach(async () => {
    clock = startClock(Date.parse('2026-01-01T02:00:00Z'));
    api = await startApiServer();
    api.store.put(superNode(), theDaemonSet(), aRevision('r1'), aPlaceholder());
  });
  afterEach(async () => {
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    keepers = [];
    await api.close();
    clock.stop();
  });

  describe('the status of a placeholder', () => {
    it('follows what was injected on its node', async () => {
      api.store.put(anInjected('a'), anInjected('elsewhere', { spec: { nodeName: 'other' } }));
      start();
      await said('True');
      expect(summary()).toMatchObject({ wanted: 'r1', injected: 1, ready: 1 });
      api.store.put(crashing('a'));
      await said('False');
      expect(summary()?.trouble).toMatchObject({ pod: 'shop/a', reason: 'CrashLoopBackOff' });
      expect(statusOf(pod()).containerStatuses).toMatchObject([{ ready: false, restartCount: 3 }]);
      api.store.drop(anInjected('a'));
      await said('True');
      api.store.put(superNode({ status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }));
      await said('False');
      expect(ready()?.reason).toBe('NodeNotReady');
    });

    it('needs no write once it is right, whoever leads', async () => {
      api.store.put(anInjected('a'), crashing('b'));
      const first = start();
      await said('False');
      const before = writes().length;
      await looked(touch);
      await first.stop();
      keepers = [];
      start();
      await eventually(() => {
        expect(keepers[0]?.told).toContain('won');
      });
      await looked(touch);
      expect(writes()).toHaveLength(before);
    });

    it('is written once for many changes that come together', async () => {
      start();
      await said('True');
      const before = writes().length;
      for (let i = 0; i < 50; i += 1) api.store.put(anInjected(named('pod', i)));
      await eventually(() => {
        expect(summary()?.injected).toBe(50);
      });
      expect(writes().length - before).toBeLessThanOrEqual(2);
    });

    it('changes when a deadline is over, without anything else', async () => {
      const soon = { progressDeadline: 3_600_000 + 1_500 };
      api.store.put(anInjected('a', agentIs(waiting('agent', 'ErrImagePull'))));
      start({ rules: soon });
      await said('True');
      await said('False');
      expect(summary()?.trouble?.reason).toBe('ErrImagePull');
    });

    it('is ready in the end where a budget never lets a pod have the revision', async () => {
      const soon = { progressDeadline: 1_500 };
      const newer = theDaemonSet({
        spec: {
          template: { spec: { containers: [{ name: 'agent', image: 'example.org/agent:2' }] } },
        },
      });
      const status = { conditions: [{ type: 'Ready', status: 'True' }] };
      api.store.put(anInjected('a', { metadata: { labels: { app: 'web' } }, status }));
      api.store.put(newer, aRevision('r2', newer));
      api.store.put({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { selector: { matchLabels: { app: 'web' } } },
        status: {
          ...{ disruptionsAllowed: 0, desiredHealthy: 1, expectedPods: 1 },
          conditions: [
            {
              type: 'DisruptionAllowed',
              status: 'False',
              lastTransitionTime: new Date(clock.now()).toISOString(),
            },
          ],
        },
      });
      api.store.put(
        aPlaceholder(NAME, { metadata: { labels: { 'controller-revision-hash': 'r2' } } }),
      );
      start({ rules: soon });
      await said('False');
      await said('True');
      expect(summary()).toMatchObject({ outdated: 1, ready: 1 });
    });

    it('is written over what somebody else wrote meanwhile', async () => {
      start();
      await said('True');
      const conflict = api.fault({
        verb: 'patch',
        path: '/status',
        times: 1,
        what: { status: 409, reason: 'Conflict' },
      });
      api.store.put(crashing('a'));
      await said('False');
      expect([conflict.hits, keepers[0]?.told.filter((one) => one !== 'won')]).toEqual([1, []]);
    });

    it('is not asked of one that is gone', async () => {
      const gone = api.fault({
        verb: 'patch',
        path: '/status',
        what: { status: 404, reason: 'NotFound' },
      });
      start();
      await eventually(() => {
        expect(gone.hits).toBe(1);
      });
      api.store.drop(pod());
      gone.end();
      api.store.put(aPlaceholder('agent-other'));
      await eventually(() => {
        expect(ready('agent-other')?.status).toBe('True');
      });
      expect(keepers[0]?.told).toEqual(['won']);
    });

    it('waits as long as an API server with too much to do wants', async () => {
      const busy = api.fault({
        verb: 'patch',
        path: '/status',
        times: 1,
        what: { status: 429, retryAfter: 2 },
      });
      start();
      await eventually(() => {
        expect(busy.hits).toBe(1);
      });
      const at = clock.monotonic();
      await said('True');
      expect(clock.monotonic() - at).toBeGreaterThanOrEqual(1_900);
      await eventually(() => {
        expect(keepers[0]?.told).toEqual(['won', expect.stringContaining('429'), 'recovered']);
      });
    });

    it('is left to the younger of two, while a node has both', async () => {
      start();
      await said('True');
      api.store.put(
        aPlaceholder('agent-young', {
          metadata: { creationTimestamp: '2026-01-01T01:59:00Z' },
        }),
      );
      await eventually(() => {
        expect(ready('agent-young')?.status).toBe('True');
      });
      api.store.put(crashing('a'));
      await eventually(() => {
        expect(ready('agent-young')?.status).toBe('False');
      });
      expect(ready()?.status).toBe('True');
    });

    it('goes on with another leader', async () => {
      const first = start();
      start();
      await said('True');
      await first.stop();
      keepers.shift();
      api.store.put(crashing('a'));
      await said('False');
    });

    it('goes on when the API server was away', async () => {
      start();
      await said('True');
      const { port, store } = api;
      await api.close();
      store.put(crashing('a'));
      api = await startApiServer({ port, store });
      await said('False');
    });
  });

  describe('a placeholder that has to go', () => {
    it.each<[string, () => void, string]>([
      [
        'its node is gone',
        () => {
          api.store.drop(superNode());
        },
        'gone',
      ],
      [
        'its DaemonSet does not select the node any more',
        () => {
          const nodeSelector = { zone: 'a' };
          api.store.put(theDaemonSet({ spec: { template: { spec: { nodeSelector } } } }));
        },
        'select',
      ],
      [
        'its node has a taint with NoExecute',
        () => {
          const taints = [{ key: 'maintenance', effect: 'NoExecute' }];
          api.store.put(superNode({ spec: { taints } }));
        },
        'maintenance:NoExecute',
      ],
    ])('is touched when %s, and not deleted', async (_, change, why) => {
      start();
      await said('True');
      expect(nudge()).toBeUndefined();
      change();
      await eventually(() => {
        expect(nudge()).toContain(why);
      });
      const first = nudge();
      await looked(touch);
      expect([nudge(), pods()]).toEqual([first, [NAME]]);
    });

    it('is not touched for a taint that keeps out new pods only', async () => {
      start();
      await said('True');
      const before = writes().length;
      const taints = [{ key: 'maintenance', effect: 'NoSchedule' }];
      await looked(() => {
        api.store.put(superNode({ spec: { taints } }));
      });
      await looked(touch);
      expect([nudge(), writes().length]).toEqual([undefined, before]);
    });

    it('is touched anew each time that it has to', async () => {
      start();
      await said('True');
      api.store.drop(superNode());
      await eventually(() => {
        expect(nudge()).toContain('gone');
      });
      api.store.put(superNode());
      await eventually(() => {
        expect(nudge()).toBeUndefined();
      });
    });
  });

  describe('a pod of a DaemonSet that is not what its node needs', () => {
    const isReady = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
    const nodes = (count: number): void => {
      for (let i = 0; i < count; i += 1) {
        api.store.put(
          superNode({ metadata: { name: named('super', i) } }),
          aDaemonPod(named('late', i), { spec: { affinity: aimAt(named('super', i)) } }, isReady),
        );
      }
    };
    const status = (more: object): KubernetesObject => ({
      ...theDaemonSet(more),
      status: { desiredNumberScheduled: 4, numberUnavailable: 0 },
    });

    it('is deleted on a virtual node, one at a time, as its DaemonSet wants it', async () => {
      nodes(3);
      api.store.put(status({}));
      start();
      await eventually(() => {
        expect(pods()).toHaveLength(3);
      });
      await looked(touch);
      expect(pods()).toHaveLength(3);
      // The DaemonSet controller makes the next one, and the webhook gates it.
      const gone = [0, 1, 2].find((index) => !pods().includes(named('late', index))) ?? 0;
      api.store.put(aPlaceholder('next', { spec: { affinity: aimAt(named('super', gone)) } }));
      await eventually(() => {
        expect(pods().filter((name) => name.startsWith('late'))).toHaveLength(1);
      });
    });

    it('is deleted at once where it never started', async () => {
      nodes(1);
      for (let i = 0; i < 3; i += 1) {
        api.store.put(aDaemonPod(named('idle', i), { spec: { affinity: aimAt('super-0') } }));
      }
      api.store.put({
        ...theDaemonSet(),
        status: { desiredNumberScheduled: 4, numberUnavailable: 3 },
      });
      start();
      await eventually(() => {
        expect(pods().filter((name) => name.startsWith('idle'))).toEqual([]);
      });
      expect(pods()).toContain('late-0');
    });

    it('is deleted again only after a while, where the next one is no better', async () => {
      nodes(1);
      api.store.put(status({}));
      start();
      await eventually(() => {
        expect(pods()).toEqual([NAME]);
      });
      nodes(1);
      await looked(touch);
      await looked(touch);
      expect(pods()).toContain('late-0');
    });

    it('is left alone on a real node, or where its DaemonSet is not marked', async () => {
      const annotations = { 'eks.tke.cloud.tencent.com/ds-injection': 'false' };
      api.store.put(
        realNode(),
        aDaemonPod('real', { spec: { affinity: aimAt('worker') } }, isReady),
        theDaemonSet({
          metadata: { name: 'other', uid: 'o' },
          spec: { template: { metadata: { annotations } } },
        }),
        aDaemonPod('unmarked', {
          metadata: {
            ownerReferences: [
              {
                apiVersion: 'apps/v1',
                kind: 'DaemonSet',
                name: 'other',
                uid: 'o',
                controller: true,
              },
            ],
          },
        }),
      );
      start();
      await said('True');
      await looked(touch);
      expect(pods()).toEqual([NAME, 'real', 'unmarked']);
    });

    it('is deleted where it is a placeholder, and its node is virtual no more', async () => {
      api.store.put(status({}));
      start();
      await said('True');
      api.store.put(realNode({ metadata: { name: 'super' } }));
      await eventually(() => {
        expect(keepers[0]?.told).toContain(`replaced monitoring/${NAME}: not_virtual`);
      });
      expect(pods()).toEqual([]);
      expect(writes().filter(({ verb }) => verb === 'delete')).toMatchObject([
        { body: { preconditions: { uid: expect.any(String) as string } } },
      ]);
    });
  });

  it('have pods whose container never came, when its time is over', async () => {
    api.store.put(anInjected('a', { status: { containerStatuses: [running('app')] } }));
    start();
    await said('False');
    expect(summary()).toMatchObject({ injected: 1, ready: 0, trouble: { reason: 'NotStarted' } });
  });
});
