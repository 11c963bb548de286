import { describe, expect, it } from 'vitest';
import { aDaemonSet, aPlaceholder, superNode } from '../../../test/support/builders.js';
import type { KubernetesObject } from '../model/types.js';
import { targetNodeOf } from '../placeholder/placeholder.js';
import { pruned } from './pruned.js';
import { WorldStore } from './store.js';

const configMap = (data: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'default', annotations: { note: 'x' } },
  data,
});

const tainted = (timeAdded: string): KubernetesObject =>
  superNode({ spec: { taints: [{ key: 'gone', effect: 'NoExecute', timeAdded }] } });
const account = { kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } };

describe('what a World keeps', () => {
  it('is of a node what says where it is and what it takes', () => {
    const node = superNode({ status: { images: ['a', 'b'] } });
    const [kept] = new WorldStore([node]).nodes();
    expect(kept).toEqual({
      kind: 'Node',
      metadata: { name: 'super', labels: node.metadata?.labels },
      spec: { taints: node.spec?.taints },
      status: { nodeInfo: { kubeletVersion: 'v1.36.3' } },
    });
  });

  it('is of a ConfigMap its keys', () => {
    const store = new WorldStore([configMap({ password: 'hunter2' })]);
    expect(JSON.stringify(store.find('ConfigMap', 'default', 'c'))).toBe(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default"},"data":{"password":""}}',
    );
  });

  it('is of a DaemonSet neither its status nor who manages its fields', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: '1' };
    const daemonSet = {
      ...aDaemonSet({ metadata: { annotations, managedFields: [] } }),
      status: { numberReady: 1 },
    };
    const [kept] = new WorldStore([daemonSet]).daemonSets();
    expect(kept).toEqual(aDaemonSet({ metadata: { annotations: { mine: '1' } } }));
  });
});

describe('the placeholders of a World', () => {
  const uids = (store: WorldStore, daemonSet = aDaemonSet()): readonly unknown[] =>
    store.placeholders(daemonSet).map(({ metadata }) => metadata?.uid);

  it('are kept as whose they are, of which revision, for which node, since when, and what is noted on them', () => {
    const made = aPlaceholder({
      node: 'super',
      revision: 'r1',
      pod: {
        metadata: {
          labels: { app: 'agent' },
          annotations: { 'ds-injector.io/summary': '{}', mine: '1' },
          creationTimestamp: '2026-01-01T00:00:00Z',
          managedFields: [],
        },
        status: { phase: 'Running' },
      },
    });
    const store = new WorldStore([made]);
    const [kept] = store.placeholders(aDaemonSet());
    expect(kept).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'agent-super',
        namespace: 'monitoring',
        uid: 'agent-super',
        creationTimestamp: '2026-01-01T00:00:00Z',
        labels: { 'ds-injector.io/placeholder': 'true', 'controller-revision-hash': 'r1' },
        annotations: { 'ds-injector.io/summary': '{}' },
        ownerReferences: made.metadata?.ownerReferences,
      },
      spec: { affinity: made.spec?.affinity },
    });
    expect(kept && targetNodeOf(kept)).toBe('super');
    expect(kept && pruned(kept)).toEqual(kept);
  });

  it('are those that its DaemonSet owns: by name, and by uid where both have one', () => {
    const of = (uid: string) => ({ metadata: { uid: `of-${uid}`, name: uid } });
    const owner = (uid: string) =>
      aPlaceholder({ node: 'super', revision: 'r1', owner: { uid }, pod: of(uid) });
    const store = new WorldStore([owner('1'), owner('2')]);
    expect(uids(store, aDaemonSet({ metadata: { uid: '1' } }))).toEqual(['of-1']);
    expect(uids(store)).toEqual(['of-1', 'of-2']);
    expect(uids(store, aDaemonSet({ metadata: { name: 'other' } }))).toEqual([]);
  });

  it('come and go', () => {
    const store = new WorldStore([aPlaceholder({ node: 'super', revision: 'r1' })]);
    store.drop({ kind: 'Pod', namespace: 'monitoring', name: 'agent-super' });
    expect(uids(store)).toEqual([]);
  });

  it.each([
    ['a pod without the label', { metadata: { labels: undefined } }],
    ['a pod that cannot be read', { spec: { affinity: 'none' } } as never],
  ])('are not %s, of which only the name is kept', (_, pod) => {
    const store = new WorldStore([aPlaceholder({ node: 'super', revision: 'r1', pod })]);
    expect(uids(store)).toEqual([]);
    expect(store.journal.since(0)?.[0]?.after).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'agent-super', namespace: 'monitoring' },
    });
  });
});

describe('what a World notes as a change', () => {
  it.each([
    ['the heartbeat of a node', superNode(), superNode({ status: { conditions: [1] } })],
    ['the progress of a rollout', aDaemonSet(), { ...aDaemonSet(), status: { numberReady: 3 } }],
    ['the time of a taint', tainted('2026-01-01T00:00:00Z'), tainted('2026-01-02T00:00:00Z')],
    ['nothing at all', account, { ...account }],
    [
      'the status of a placeholder',
      aPlaceholder({ node: 'super', revision: 'r1' }),
      aPlaceholder({ node: 'super', revision: 'r1', pod: { status: { phase: 'Running' } } }),
    ],
    ['the value of a ConfigMap', configMap({ a: '1' }), configMap({ a: '2' })],
  ])('is not %s', (_, before, after) => {
    const store = new WorldStore([before]);
    store.put(after);
    expect(store.journal.position).toBe(1);
  });

  it.each([
    ['a taint', superNode(), superNode({ spec: { taints: [] } })],
    ['a template', aDaemonSet(), aDaemonSet({ spec: { template: { spec: { hostPID: true } } } })],
    ['a key of a ConfigMap', configMap({ a: '1' }), configMap({ b: '1' })],
  ])('is %s', (_, before, after) => {
    const store = new WorldStore([before]);
    store.put(after);
    expect(store.journal.since(1)).toHaveLength(1);
  });

  it('is, of a whole new picture, only what differs', () => {
    const store = new WorldStore([superNode(), aDaemonSet(), configMap({})]);
    const position = store.journal.position;
    store.replace([superNode(), aDaemonSet({ metadata: { name: 'other' } }), configMap({})]);
    expect(store.journal.since(position)).toHaveLength(2);
    expect(store.daemonSets().map(({ metadata }) => metadata?.name)).toEqual(['other']);
  });

  it('is, of a new picture of one kind, nothing of the others', () => {
    const store = new WorldStore([superNode(), aDaemonSet()]);
    const position = store.journal.position;
    store.replace([superNode(), superNode({ metadata: { name: 'other' } })], 'Node');
    expect(store.journal.since(position)).toHaveLength(1);
    expect([store.count('Node'), store.count('DaemonSet')]).toEqual([2, 1]);
    store.replace([], 'Node');
    expect([store.count('Node'), store.count('DaemonSet')]).toEqual([0, 1]);
  });

  it('is kept for a while only', () => {
    const store = new WorldStore();
    for (let i = 0; i < 5000; i += 1) store.put(superNode({ metadata: { name: `n${i}` } }));
    expect(store.journal.since(0)).toBeUndefined();
    expect(store.journal.since(4990)).toHaveLength(10);
    expect(store.journal.since(5000)).toEqual([]);
  });
});
