import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DaemonSet, Pod } from '../../../src/core/model/types.js';
import { until } from '../../cluster/until.js';
import { untilInjected } from '../support/api.js';
import { apply, getJson, kubectl, waitFor } from '../support/kubectl.js';
import { note } from '../support/note.js';
import { aShell, superNodeSelector, Theme } from '../support/objects.js';
import { Sides } from '../support/sides.js';

const theme = new Theme('sides');
const { namespace } = theme;
const sides = new Sides(namespace);
const NODES = { real: 'worker', virtual: 'super' } as const;

/** One that runs on one of the two nodes, with the same name for its container on both. */
const daemonSet = (side: keyof typeof NODES, selector: object): DaemonSet =>
  theme.daemonSet(side, [aShell('agent')], {
    spec: { template: { spec: { nodeSelector: { ...superNodeSelector, ...selector } } } },
  });
const onlyReal = { 'node.kubernetes.io/instance-type': undefined, side: 'real' };
const onlyVirtual = { side: 'virtual' };

interface Statuses {
  readonly items: readonly (Pod & {
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly status: {
      readonly containerStatuses: readonly {
        readonly name: string;
        readonly restartCount: number;
      }[];
    };
  })[];
}

const workloads = async (): Promise<Statuses['items']> =>
  (await getJson<Statuses>('pods', '-n', namespace, '-l', 'app=web')).items;
const businessRestarts = async (): Promise<readonly number[]> =>
  (await workloads()).flatMap(({ status }) =>
    status.containerStatuses
      .filter(({ name }) => name === 'app')
      .map(({ restartCount }) => restartCount),
  );
const agentImages = async (): Promise<readonly string[]> =>
  (await workloads()).flatMap(({ spec }) =>
    (spec?.containers ?? []).filter(({ name }) => name === 'agent').map(({ image = '' }) => image),
  );

beforeAll(async () => {
  await apply(theme.ground());
  for (const [side, node] of Object.entries(NODES)) {
    await kubectl(['label', '--overwrite', 'node', node, `side=${side}`]);
  }
  await apply(daemonSet('real', onlyReal), daemonSet('virtual', onlyVirtual));
  await untilInjected(theme.pod('first'), 'agent');
  await apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: theme.template(theme.pod('web', { metadata: { labels: { app: 'web' } } })),
    },
  });
  await waitFor(namespace, 'condition=Available', 'deployment/web');
});

afterAll(async () => {
  for (const node of Object.values(NODES)) await kubectl(['label', 'node', node, 'side-']);
});

describe('a real node and a virtual node, side by side', () => {
  it('kubectl get ds and rollout status say the same', async (context) => {
    await sides.untilCounts('1 1 1 1 1');
    const [real, virtual] = await sides.both('rollout', 'status', 'ds/DS', '--timeout=60s');
    expect(virtual).toBe(real);
    note(context, `1 1 1 1 1; ${real}`);
  });

  it('kubectl set image: pods get the image, the business is not restarted', async (context) => {
    const before = (await workloads()).map(({ metadata }) => metadata.uid);
    const began = performance.now();
    await sides.both('set', 'image', 'ds/DS', 'agent=busybox:latest');
    const [real, virtual] = await sides.both('rollout', 'status', 'ds/DS', '--timeout=90s');
    expect(virtual.split('\n').at(-1)).toBe(real.split('\n').at(-1));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    await sides.untilCounts('1 1 1 1 1');
    expect(await agentImages()).toEqual(['busybox:latest', 'busybox:latest', 'busybox:latest']);
    expect(await businessRestarts()).toEqual([0, 0, 0]);
    expect((await workloads()).map(({ metadata }) => metadata.uid)).toEqual(before);
    note(context, `rollout status after ${seconds} s, 3 pods changed, 0 restarts of the business`);
  });

  it('kubectl rollout history and undo', async () => {
    const [real, virtual] = await sides.both('rollout', 'history', 'ds/DS');
    expect(virtual).toBe(real);
    expect(await sides.both('rollout', 'undo', 'ds/DS')).toEqual(
      Array(2).fill('daemonset.apps/DS rolled back'),
    );
    await sides.both('rollout', 'status', 'ds/DS', '--timeout=90s');
    await sides.untilCounts('1 1 1 1 1');
    expect(new Set(await agentImages())).toEqual(new Set(['busybox:1.36']));
    expect(await businessRestarts()).toEqual([0, 0, 0]);
  });

  it('an image that cannot be pulled is not ready, and undo heals it', async (context) => {
    await sides.both('set', 'image', 'ds/DS', 'agent=busybox:missing');
    await sides.untilCounts('1 1 0 1 0');
    const [real, virtual] = await sides.both('rollout', 'status', 'ds/DS', '--timeout=2s');
    expect(virtual).toBe(real);
    // The canary alone got it.
    const images = await agentImages();
    expect(images.filter((image) => image === 'busybox:missing')).toHaveLength(1);
    await sides.both('rollout', 'undo', 'ds/DS');
    await sides.both('rollout', 'status', 'ds/DS', '--timeout=90s');
    await sides.untilCounts('1 1 1 1 1');
    expect(await businessRestarts()).toEqual([0, 0, 0]);
    note(context, '1 1 0 1 0 on both; one pod of three was touched');
  });

  it('kubectl rollout restart', async () => {
    await sides.both('rollout', 'restart', 'ds/DS');
    const [real, virtual] = await sides.both('rollout', 'status', 'ds/DS', '--timeout=90s');
    expect(virtual.split('\n').at(-1)).toBe(real.split('\n').at(-1));
    await sides.untilCounts('1 1 1 1 1');
  });

  it('OnDelete: nothing changes until a pod is deleted', async () => {
    const patch = JSON.stringify({
      spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } },
    });
    await sides.both('patch', 'ds', 'DS', '-p', patch);
    await sides.both('set', 'image', 'ds/DS', 'agent=busybox:latest');
    await sides.untilCounts('1 1 1 0 1');
    await sides.both('delete', 'pod', '-l', 'daemon=DS');
    await sides.untilCounts('1 1 1 1 1');
    await until('the image on the pods', async () =>
      (await agentImages()).every((image) => image === 'busybox:latest'),
    );
  });

  it('labels of nodes move it away and back', async () => {
    for (const node of Object.values(NODES)) await kubectl(['label', 'node', node, 'side-']);
    await sides.untilCounts('0 0 0 0 0');
    await sides.untilPods(0);
    for (const [side, node] of Object.entries(NODES)) {
      await kubectl(['label', 'node', node, `side=${side}`]);
    }
    await sides.untilCounts('1 1 1 1 1');
  });

  it('a taint that is not tolerated: none is desired, and what is there stays', async () => {
    for (const node of Object.values(NODES)) {
      await kubectl(['taint', 'node', node, 'seed=000:NoSchedule']);
    }
    // A taint alone does not make the DaemonSet controller count anew, on no node.
    await sides.both('annotate', 'ds', 'DS', 'look=again');
    await sides.untilCounts('0 0 0 0 0');
    await sides.untilPods(1);
    for (const node of Object.values(NODES)) {
      await kubectl(['taint', 'node', node, 'seed=000:NoSchedule-']);
    }
    await sides.both('annotate', '--overwrite', 'ds', 'DS', 'look=once-more');
    await sides.untilCounts('1 1 1 1 1');
  });

  it('kubectl delete ds --cascade=orphan leaves its pod, and a new one adopts it', async () => {
    await sides.both('delete', 'ds', 'DS', '--cascade=orphan');
    await sides.untilPods(1);
    await apply(daemonSet('real', onlyReal), daemonSet('virtual', onlyVirtual));
    await sides.untilCounts('1 1 1 1 1');
    await sides.untilPods(1);
  });

  it('kubectl delete ds takes its pod with it', async () => {
    expect(await sides.both('delete', 'ds', 'DS')).toEqual(
      Array(2).fill(`daemonset.apps "DS" deleted from ${namespace} namespace`),
    );
    await sides.untilPods(0);
  });
});
