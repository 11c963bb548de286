import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONTROLLER_REVISIONS, PODS } from '../../src/cluster/resources.js';
import type { DaemonSet, KubernetesObject, Pod } from '../../src/core/model/types.js';
import { decodeRecord } from '../../src/core/record/record.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { aContainer, superNode, type Overrides } from '../support/builders.js';
import { anInjected, aPlaceholder, aRevision, theDaemonSet } from '../support/lifecycle.js';
import { startClock, type TickingClock } from './support/ticking.js';
import { startKubelet, startUpdating, type Kubelet, type Updating } from './support/updating.js';

const MISSING = 'example.org/agent:missing';
const DEADLINE = 3_000;
const BUSY = { timeout: 20_000, interval: 20 };

const imaged = (image: string, ...more: Overrides<DaemonSet>[]): DaemonSet =>
  theDaemonSet(
    { spec: { template: { spec: { containers: [aContainer({ name: 'agent', image })] } } } },
    ...more,
  );
const owned = (owner: string): Overrides<Pod> => ({
  metadata: {
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true },
    ],
  },
  status: {
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T01:00:10Z' }],
  },
});
const budget = (name: string, allowed: number): KubernetesObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { matchLabels: { app: name } } },
  status: { disruptionsAllowed: allowed },
});

describe('pods that run, when their node wants another revision', () => {
  let api: ApiServer;
  let clock: TickingClock;
  let updating: Updating;
  let kubelet: Kubelet;

  const pods = (): readonly Pod[] =>
    api.store.list(PODS).filter(({ metadata }) => metadata?.namespace === 'shop');
  const imagesIn = ({ spec }: Pod): readonly string[] =>
    (spec?.containers ?? []).map(({ image = '' }) => image);
  const recordIn = ({ metadata }: Pod) =>
    decodeRecord(metadata?.annotations?.['ds-injector.io/record'] ?? '')?.daemonSets[0];
  const writes = () => api.calls.filter(({ verb }) => verb !== 'list' && verb !== 'watch').length;
  /** What `kubectl set image` comes to: another revision, and a placeholder that wants it. */
  const want = (hash: string, daemonSet: DaemonSet): void => {
    api.store.put(daemonSet, aRevision(hash, daemonSet));
    for (const pod of api.store.list(PODS)) {
      if (pod.metadata?.namespace !== 'shop') api.store.drop(pod);
    }
    api.store.put(
      aPlaceholder(`agent-${hash}`, { metadata: { labels: { 'controller-revision-hash': hash } } }),
    );
  };
  const begin = (...objects: KubernetesObject[]): void => {
    api.store.put(superNode(), theDaemonSet(), aRevision('r1'), aPlaceholder(), ...objects);
    kubelet = startKubelet(api, MISSING);
    updating = startUpdating(api, clock, DEADLINE);
  };
  const eventually = (check: () => void): Promise<void> => vi.waitFor(check, BUSY);

  beforeEach(async () => {
    api = await startApiServer();
    clock = startClock(Date.now());
  });
  afterEach(async () => {
    await updating.stop();
    kubelet.stop();
    await api.close();
    clock.stop();
  });

  it('get its image, the business untouched, and their records say so', async () => {
    begin(anInjected('a', owned('a')), anInjected('b', owned('b')), anInjected('c', owned('c')));
    want('r2', imaged('example.org/agent:2'));
    await eventually(() => {
      for (const pod of pods()) {
        expect(imagesIn(pod)).toEqual(['example.org/app:1', 'example.org/agent:2']);
        expect(recordIn(pod)).toMatchObject({ revision: 'r2', update: { from: 'r1' } });
      }
    });
    await eventually(() => {
      expect(updating.changes).toEqual(['updated shop/a', 'updated shop/b', 'updated shop/c']);
    });
    // The rate of ten per cent is less than one pod, which is the least.
    expect(kubelet.mostDown).toBe(1);
  });

  it('are changed as they were seen, and seen again where somebody else was faster', async () => {
    begin(anInjected('a', owned('a')));
    const faster = api.fault({
      ...{ verb: 'patch', path: '/pods/a', times: 1 },
      what: { status: 409, reason: 'Conflict' },
    });
    const seen = pods()[0]?.metadata?.['resourceVersion'];
    want('r2', imaged('example.org/agent:2'));
    await eventually(() => {
      expect(faster.hits).toBe(1);
    });
    const patches = api.calls.filter(({ verb, path }) => verb === 'patch' && path.endsWith('/a'));
    expect(patches).toMatchObject([{ body: { metadata: { resourceVersion: seen } } }]);
    const { resourceVersion: _, ...metadata } = pods()[0]?.metadata ?? {};
    api.store.put({
      ...pods()[0],
      metadata: { ...metadata, labels: { other: 'x', ...metadata.labels } },
    });
    await eventually(() => {
      expect(updating.changes).toEqual(['updated shop/a']);
    });
    expect(pods()[0]?.metadata?.labels).toHaveProperty('other');
  });

  it('are left alone when they are there: a second leader writes nothing', async () => {
    begin(anInjected('a', owned('a')));
    want('r2', imaged('example.org/agent:2'));
    await eventually(() => {
      expect(kubelet.disturbed).toEqual(['a']);
      expect(pods()[0]?.['status']).toMatchObject({ conditions: [{ status: 'True' }, {}] });
    });
    await updating.stop();
    const before = writes();
    updating = startUpdating(api, clock, DEADLINE);
    // It has seen the pod when it does what is to be done for the next one.
    api.store.put(anInjected('b', owned('b')));
    await eventually(() => {
      expect(updating.changes).toEqual(['updated shop/b']);
    });
    expect(writes() - before).toBe(1);
  });

  it('are changed as many at once as the DaemonSet says, after one of them is ready', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `pod-${n}`);
    begin(...names.map((name) => anInjected(name, owned(name))));
    const annotations = { 'eks.tke.cloud.tencent.com/ds-inject-rate': '50%' };
    want(
      'r2',
      imaged('example.org/agent:2', { spec: { template: { metadata: { annotations } } } }),
    );
    await eventually(() => {
      expect(kubelet.disturbed).toHaveLength(8);
    });
    expect(kubelet.events.slice(0, 2)).toEqual(['down pod-0', 'up pod-0']);
    expect(kubelet.mostDown).toBeGreaterThan(1);
    expect(kubelet.mostDown).toBeLessThanOrEqual(4);
  });

  it('get the one before again if they are not ready in time, and no other gets it', async () => {
    begin(anInjected('a', owned('a')), anInjected('b', owned('b')));
    want('r2', imaged(MISSING));
    await eventually(() => {
      expect(updating.changes).toEqual(['updated shop/a', 'reverted shop/a']);
      expect(pods().map(imagesIn)).toEqual([
        ['example.org/app:1', 'example.org/agent:1'],
        ['example.org/app:1', 'example.org/agent:1'],
      ]);
    });
    expect(recordIn(pods()[0] ?? {})).toMatchObject({ revision: 'r1', update: { failed: 'r2' } });
    // Another revision is another matter.
    want('r3', imaged('example.org/agent:3'));
    await eventually(() => {
      for (const pod of pods()) expect(recordIn(pod)).toMatchObject({ revision: 'r3' });
    });
    await eventually(() => {
      expect(updating.changes).toHaveLength(4);
    });
  });

  it('get a newer one without waiting for the deadline of one that fails', async () => {
    begin(anInjected('a', owned('a')));
    want('r2', imaged(MISSING));
    await eventually(() => {
      expect(updating.changes).toEqual(['updated shop/a']);
    });
    want('r3', imaged('example.org/agent:3'));
    await eventually(() => {
      expect(recordIn(pods()[0] ?? {})).toMatchObject({ revision: 'r3', update: { from: 'r2' } });
    });
    await eventually(() => {
      expect(updating.changes).toEqual(['updated shop/a', 'updated shop/a']);
    });
  });

  it.each([
    ['one of a controller after the other', [], 1],
    ['no more of a controller than its budget allows', [budget('web', 2)], 2],
  ])('are changed %s', async (_, budgets, most) => {
    const names = Array.from({ length: 6 }, (_, n) => `pod-${n}`);
    const web: Overrides<Pod> = { metadata: { labels: { app: 'web' } } };
    begin(...budgets, ...names.map((name) => anInjected(name, owned('web'), web)));
    const annotations = { 'eks.tke.cloud.tencent.com/ds-inject-rate': '100%' };
    want(
      'r2',
      imaged('example.org/agent:2', { spec: { template: { metadata: { annotations } } } }),
    );
    await eventually(() => {
      expect(kubelet.disturbed).toHaveLength(6);
    });
    expect(kubelet.mostDown).toBeLessThanOrEqual(most);
  });

  it('keep all that runs where the revision brings nothing else, as after rollout restart', async () => {
    begin(anInjected('a', owned('a')));
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
    want('r2', theDaemonSet({ spec: { template: { metadata: { annotations } } } }));
    await eventually(() => {
      expect(recordIn(pods()[0] ?? {})).toMatchObject({ revision: 'r2' });
    });
    await eventually(() => {
      expect(updating.changes).toEqual(['named shop/a']);
    });
    expect(kubelet.disturbed).toEqual([]);
  });

  it('are left alone where another image is not all that it takes', async () => {
    begin(anInjected('a', owned('a')), anInjected('b', owned('b')));
    const changed = { name: 'agent', image: 'example.org/agent:2', args: ['--more'] };
    want('r2', theDaemonSet({ spec: { template: { spec: { containers: [changed] } } } }));
    await eventually(() => {
      expect(api.store.list(CONTROLLER_REVISIONS)).toHaveLength(2);
    });
    // What follows is done, so that was seen.
    want('r3', imaged('example.org/agent:3'));
    await eventually(() => {
      for (const pod of pods()) expect(recordIn(pod)).toMatchObject({ revision: 'r3' });
    });
    expect(pods().map((pod) => recordIn(pod)?.update?.from)).toEqual(['r1', 'r1']);
  });
});
