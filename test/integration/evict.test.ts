import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PODS } from '../../src/cluster/resources.js';
import type { EvictionCause } from '../../src/core/findings/anew.js';
import type { DaemonSet, KubernetesObject, Pod } from '../../src/core/model/types.js';
import { decodeRecord } from '../../src/core/record/record.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { aContainer, aPod, realNode, superNode, type Overrides } from '../support/builders.js';
import { aPlaceholder, aRevision, theDaemonSet } from '../support/lifecycle.js';
import { onSuperNodes } from '../support/status.js';
import {
  injected,
  ready,
  startEvicting,
  startOwner,
  type Evicting,
  type Owner,
} from './support/evicting.js';
import { startClock, type TickingClock } from './support/ticking.js';

const BUSY = { timeout: 30_000, interval: 20 };
const commanded = (...command: string[]): DaemonSet =>
  theDaemonSet({
    spec: {
      template: {
        spec: {
          containers: [aContainer({ name: 'agent', image: 'example.org/agent:1', command })],
        },
      },
    },
  });
const web = (name: string, ...more: Overrides<Pod>[]): Pod =>
  aPod(
    onSuperNodes,
    {
      metadata: {
        ...{ name, namespace: 'shop' },
        labels: { app: 'web', 'pod-template-hash': 'h' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'web', controller: true },
        ],
      },
      spec: { nodeName: 'super' },
    },
    ...more,
  );
const owned = (...ownerReferences: object[]): Overrides<Pod> =>
  ({ metadata: { ownerReferences } }) as Overrides<Pod>;
const budget = (minAvailable: number): KubernetesObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { minAvailable, selector: { matchLabels: { app: 'web' } } },
  status: { disruptionsAllowed: 3 - minAvailable, currentHealthy: 3, desiredHealthy: minAvailable },
});

describe('pods that another one in their place would put right', () => {
  let api: ApiServer;
  let clock: TickingClock;
  let evicting: Evicting;
  let owner: Owner;

  const pods = (): readonly Pod[] => api.store.list(PODS, { namespace: 'shop' });
  const revisions = (): readonly (string | undefined)[] =>
    pods().map(
      ({ metadata }) =>
        decodeRecord(metadata?.annotations?.['ds-injector.io/record'] ?? '')?.daemonSets[0]
          ?.revision,
    );
  const evictions = () => api.calls.filter(({ path }) => path.endsWith('/eviction'));
  const eventually = (check: () => void): Promise<void> => vi.waitFor(check, BUSY);
  const begin = (causes: readonly EvictionCause[], ...objects: KubernetesObject[]): void => {
    api.store.put(...objects);
    owner = startOwner(api, web);
    evicting = startEvicting(api, clock, causes);
  };
  /** Waits until the controllers have looked at something twice more, and at pods whose changes have come together. */
  const looked = async (): Promise<void> => {
    const before = evicting.looks();
    const at = clock.monotonic();
    await eventually(() => {
      expect(clock.monotonic() - at).toBeGreaterThan(1_000);
    });
    await eventually(() => {
      api.store.put(
        ready({
          ...pods()[0],
          metadata: { ...pods()[0]?.metadata, resourceVersion: undefined },
        }),
      );
      expect(evicting.looks()).toBeGreaterThan(before + 3);
    });
  };
  /** A command that is another cannot be given to a container that runs. */
  const change = (): void => {
    const newer = commanded('other');
    api.store.put(newer, aRevision('r2', newer));
    for (const pod of api.store.list(PODS, { namespace: 'monitoring' })) api.store.drop(pod);
    api.store.put(
      aPlaceholder('agent-r2', { metadata: { labels: { 'controller-revision-hash': 'r2' } } }),
    );
  };
  const three = (): void => {
    for (const name of ['a', 'b', 'c']) api.store.put(ready(injected(api, web(name))));
  };

  beforeEach(async () => {
    api = await startApiServer();
    clock = startClock(Date.parse('2026-01-01T02:00:00Z'));
    api.store.put(superNode(), theDaemonSet(), aRevision('r1'), aPlaceholder());
  });
  afterEach(async () => {
    await evicting.stop();
    owner.stop();
    expect(evicting.failures).toEqual([]);
    await api.close();
    clock.stop();
  });

  it.each<[string, readonly KubernetesObject[], number]>([
    ['one after the other', [], 2],
    ['as their budget lets them, one', [budget(2)], 2],
    ['as their budget lets them, two', [budget(1)], 1],
  ])('are evicted %s, until all have what their node wants', async (_, budgets, least) => {
    three();
    begin(['outdated'], ...budgets);
    change();
    await eventually(() => {
      expect(revisions()).toEqual(['r2', 'r2', 'r2']);
    });
    await eventually(() => {
      expect([...evicting.evicted].sort()).toEqual([
        'outdated shop/a',
        'outdated shop/b',
        'outdated shop/c',
      ]);
    });
    expect(owner.fewest).toBe(least);
    expect(evictions().map(({ body }) => body)).toContainEqual(
      expect.objectContaining({
        kind: 'Eviction',
        deleteOptions: { preconditions: { uid: expect.any(String) as string } },
      }),
    );
    expect(evicting.events.map(({ reason }) => reason)).toContain('EvictedForInjection');
  });

  it('are evicted where their DaemonSet is gone, and come back without it', async () => {
    three();
    begin(['orphaned']);
    api.store.drop(theDaemonSet());
    await eventually(() => {
      expect(revisions()).toEqual([undefined, undefined, undefined]);
    });
    expect(owner.fewest).toBe(2);
    await eventually(() => {
      expect(evicting.evicted).toHaveLength(3);
    });
  });

  it('are evicted where they lack a DaemonSet, and come back with it', async () => {
    for (const name of ['a', 'b', 'c']) api.store.put(ready(web(name)));
    begin(['missed']);
    await eventually(() => {
      expect(revisions()).toEqual(['r1', 'r1', 'r1']);
    });
    expect(owner.fewest).toBe(2);
    expect(evicting.events.map(({ reason }) => reason)).toContain('InjectionMissed');
  });

  it('go once where the webhook is away, and then ever later', async () => {
    for (const name of ['a', 'b', 'c']) api.store.put(ready(web(name)));
    owner = startOwner(api, web, (_, pod) => pod);
    evicting = startEvicting(api, clock, ['missed']);
    await eventually(() => {
      expect(evicting.evicted).toHaveLength(1);
    });
    const at = clock.monotonic();
    await eventually(() => {
      expect(clock.monotonic() - at).toBeGreaterThan(7_000);
      expect(evicting.book.get('shop/new-1')?.problems).toMatchObject([{ kind: 'missed' }]);
    });
    expect(evictions()).toHaveLength(1);
    // Nothing is asked as long as that lasts, either.
    const { length } = api.calls;
    await looked();
    expect(api.calls.slice(length).filter(({ path }) => path.includes('/pods'))).toEqual([]);
  });

  it('are not asked for again and again where a budget never lets them go', async () => {
    for (const name of ['a', 'b', 'c']) api.store.put(ready(web(name)));
    const closed = budget(3);
    begin(['missed'], closed);
    const reads = () =>
      api.calls.filter(({ verb, path }) => verb === 'get' && path.includes('/pods/'));
    await eventually(() => {
      expect(evicting.book.count('missed')).toBe(3);
    });
    const at = clock.monotonic();
    await eventually(() => {
      expect(clock.monotonic() - at).toBeGreaterThan(6_000);
    });
    // Each was read when it was judged, and one of them to find out that the budget holds it.
    expect(reads().length).toBeLessThanOrEqual(5);
    expect(evictions()).toEqual([]);
  });

  it('are not said to lack what is added to them while they run', async () => {
    for (const name of ['a', 'b', 'c']) api.store.put(ready(web(name)));
    owner = startOwner(api, web);
    evicting = startEvicting(api, clock, [], true);
    await eventually(() => {
      expect(evicting.looks()).toBeGreaterThanOrEqual(3);
    });
    expect(evicting.events).toEqual([]);
    expect(evicting.book.count('missed')).toBe(0);
  });

  it('sum up on the DaemonSet why others go without it', async () => {
    const out = { 'eks.tke.cloud.tencent.com/ds-injection': 'false' };
    for (const name of ['a', 'b'])
      api.store.put(ready(web(name, { metadata: { annotations: out } })));
    begin([]);
    await eventually(() => {
      expect(evicting.events).toMatchObject([
        {
          regarding: { kind: 'DaemonSet', name: 'agent' },
          reason: 'Skipped',
          note: 'not in 2 pods on virtual nodes: 2 pod_opted_out',
        },
      ]);
    });
  });

  it('wait for a budget that lets nobody go, and longer where the API server asks for it', async () => {
    three();
    begin(['outdated'], budget(2));
    const busy = api.fault({
      verb: 'create',
      path: '/eviction',
      times: 1,
      what: { status: 429, retryAfter: 3 },
    });
    change();
    await eventually(() => {
      expect(busy.hits).toBe(1);
    });
    const at = clock.monotonic();
    await eventually(() => {
      expect(evictions()).toHaveLength(2);
    });
    expect(clock.monotonic() - at).toBeGreaterThanOrEqual(2_500);
    expect(evicting.failures).toEqual([]);
  });

  it('go after all when one of several budgets that held them is gone', async () => {
    const other = { ...budget(1), metadata: { name: 'other', namespace: 'shop' } };
    three();
    begin(['outdated'], budget(1), other);
    change();
    await looked();
    expect(evictions()).toEqual([]);
    api.store.drop(other);
    await looked();
    await eventually(() => {
      expect(evicting.evicted).not.toEqual([]);
    });
  });

  it.each<[string, readonly KubernetesObject[], Pod]>([
    ['bare ones', [], web('a', owned())],
    [
      'those of Jobs',
      [],
      web(
        'a',
        owned({ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true }),
      ),
    ],
    [
      'those of controllers of which nobody knows',
      [],
      web(
        'a',
        owned({
          apiVersion: 'example.org/v1',
          kind: 'ReplicaSet',
          name: 'r',
          uid: 'r',
          controller: true,
        }),
      ),
    ],
    ['those that end by themselves', [], web('a', { spec: { restartPolicy: 'Never' } })],
    [
      'those that several budgets hold for',
      [budget(0), { ...budget(0), metadata: { name: 'other', namespace: 'shop' } }],
      web('a'),
    ],
  ])('are left alone: %s', async (_, objects, pod) => {
    api.store.put(ready(injected(api, pod)));
    begin(['outdated', 'orphaned'], ...objects);
    change();
    api.store.drop(theDaemonSet());
    await eventually(() => {
      expect(evicting.book.get('shop/a')?.problems).toMatchObject([{ kind: 'orphaned' }]);
    });
    await looked();
    expect(evictions()).toEqual([]);
  });

  it('are left alone where they would come back the same', async () => {
    three();
    // Whoever lands on either node gets what is proven, as long as the two want different ones.
    const newer = commanded('other');
    api.store.put(newer, {
      ...aRevision('r2', newer),
      metadata: {
        ...aRevision('r2', newer).metadata,
        annotations: { 'ds-injector.io/broken': 'it fails' },
      },
    });
    api.store.put({
      ...aRevision('r1'),
      metadata: { ...aRevision('r1').metadata, annotations: { 'ds-injector.io/proven': 'true' } },
    });
    api.store.drop(aPlaceholder());
    api.store.put(
      aPlaceholder('agent-r2', { metadata: { labels: { 'controller-revision-hash': 'r2' } } }),
    );
    begin(['outdated']);
    await looked();
    expect(evictions()).toEqual([]);
    const reads = api.calls.filter(({ verb, path }) => verb === 'get' && path.includes('/pods/'));
    await looked();
    expect(
      api.calls.filter(({ verb, path }) => verb === 'get' && path.includes('/pods/')).length,
    ).toBe(reads.length);
  });

  it('are left alone where one of them alone was told not to want it', async () => {
    three();
    const [first] = pods();
    const annotations = {
      ...first?.metadata?.annotations,
      'eks.tke.cloud.tencent.com/ds-injection': 'false',
    };
    const { resourceVersion: _, ...metadata } = first?.metadata ?? {};
    api.store.put({ ...first, metadata: { ...metadata, annotations } });
    begin(['orphaned']);
    await eventually(() => {
      expect(evicting.book.get('shop/a')?.problems).toMatchObject([{ kind: 'orphaned' }]);
    });
    await looked();
    expect(evictions()).toEqual([]);
  });

  it('are left alone while nobody knows their node', async () => {
    three();
    begin(['outdated', 'orphaned', 'missed']);
    await looked();
    const reads = () =>
      api.calls.filter(({ verb, path }) => verb === 'get' && path.includes('/shop/pods/')).length;
    const before = reads();
    api.store.drop(superNode());
    await eventually(() => {
      expect(reads()).toBeGreaterThanOrEqual(before + 3);
    });
    await looked();
    api.store.put(superNode());
    await looked();
    expect([evicting.book.count('orphaned'), evicting.events, evictions()]).toEqual([0, [], []]);
  });

  it.each(['Succeeded', 'Failed'])('are forgotten once they are %s', async (phase) => {
    const out = { 'eks.tke.cloud.tencent.com/ds-injection': 'false' };
    const whole = ready(injected(api, web('a')));
    const lacking = ready(web('b', { metadata: { annotations: out } }));
    const { resourceVersion: _, ...metadata } = whole.metadata ?? {};
    const annotations = { ...metadata.annotations, ...out };
    api.store.put({ ...whole, metadata: { ...metadata, annotations } }, lacking);
    begin([]);
    await eventually(() => {
      expect(evicting.book.count('orphaned')).toBe(1);
      expect(evicting.book.skips('monitoring/agent')).toMatchObject({ pod_opted_out: 1 });
      expect(evicting.sums()).toBeGreaterThan(0);
    });
    for (const pod of pods()) {
      const { resourceVersion: __, ...meta } = pod.metadata ?? {};
      api.store.put({ ...pod, metadata: meta, status: { phase } });
    }
    await eventually(() => {
      expect(evicting.book.count('orphaned')).toBe(0);
      expect(evicting.book.skips('monitoring/agent')).toEqual({});
    });
    expect(['a', 'b'].map((name) => evicting.book.get(`shop/${name}`))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('are read one after the other, where something has changed for all of them', async () => {
    const names = Array.from({ length: 45 }, (_, number) => `p${number}`);
    api.store.put(...names.map((name) => ready(web(name))));
    const began = clock.monotonic();
    begin([]);
    await eventually(() => {
      expect(evicting.book.count('missed')).toBe(45);
    });
    // Twenty come at once, and the others 50 ms apart.
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(1_250);
  });

  it('are only told of where nobody wants them evicted', async () => {
    three();
    begin([]);
    change();
    api.store.drop(theDaemonSet());
    await eventually(() => {
      expect(evicting.events.map(({ reason }) => reason)).toEqual(
        Array(3).fill('InjectionOrphaned'),
      );
    });
    expect(evictions()).toEqual([]);
  });

  it('go on to be evicted when another replica leads', async () => {
    three();
    begin(['outdated']);
    change();
    await eventually(() => {
      expect(evicting.evicted).toHaveLength(1);
    });
    await evicting.stop();
    evicting = startEvicting(api, clock, ['outdated']);
    await eventually(() => {
      expect(revisions()).toEqual(['r2', 'r2', 'r2']);
    });
    expect(owner.fewest).toBe(2);
  });

  it('are told once, and left alone, where they landed on a real node', async () => {
    three();
    api.store.put(realNode());
    begin(['outdated', 'orphaned']);
    const strange = ready(injected(api, web('strange')));
    api.store.put({ ...strange, spec: { ...strange.spec, nodeName: 'worker' } });
    await eventually(() => {
      expect(evicting.events).toMatchObject([
        { reason: 'InjectionMisplaced', regarding: { name: 'strange' } },
      ]);
    });
    await looked();
    expect(evicting.events).toHaveLength(1);
    expect([evicting.book.count('misplaced'), evictions()]).toEqual([1, []]);
  });
});
