import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../../test/support/api-server/api-server.js';
import { clientOf } from '../../test/support/api-server/client.js';
import { aDaemonSet, aPlaceholder, aPod, superNode } from '../../test/support/builders.js';
import type { KubernetesObject } from '../core/model/types.js';
import { targetNodeOf } from '../core/placeholder/placeholder.js';
import type { ApiClient } from './api.js';
import type { WatchObserver } from './reflector.js';
import { clusterWorld, type ClusterWorld } from './world.js';

const aRevision = (name: string, ownerKind: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    name,
    namespace: 'monitoring',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: ownerKind, name: 'agent' }],
  },
  data: { spec: {} },
});
const aNamespace = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, annotations: { a: '1' }, managedFields: [{ manager: 'kubectl' }] },
});
const record = 'ds-injector.io/record';
const injected = (name: string, labels = { 'ds-injector.io/injected': 'true' }) =>
  aPod({
    metadata: { name, namespace: 'default', labels, annotations: { [record]: '{}', b: '2' } },
  });

describe('a World that follows a cluster', () => {
  let api: ApiServer;
  let client: ApiClient;
  let cluster: ClusterWorld;
  let counts: Record<string, () => number>;

  const observe = (kind: string, count: () => number): WatchObserver => {
    counts[kind] = count;
    const ignore = (): void => undefined;
    return {
      ...{ entered: ignore, restarted: ignore, heard: ignore, listed: ignore },
      ...{ failed: ignore, recovered: ignore, unusable: ignore },
    };
  };
  const unready = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(cluster.unready).flatMap(([plural, why]) => {
        const text = why();
        return text === undefined ? [] : [[plural, text]];
      }),
    );
  const untilReady = (): Promise<void> =>
    vi.waitFor(() => {
      expect(unready()).toEqual({});
    });

  beforeEach(async () => {
    counts = {};
    api = await startApiServer();
    client = clientOf(api);
    cluster = clusterWorld({ client, observe, random: () => 0.5, times: { firstBackoff: 2 } });
  });
  afterEach(async () => {
    await cluster.stop();
    client.close();
    await api.close();
  });

  it('has what the engine asks for, reduced to what it reads', async () => {
    api.store.put(superNode(), aDaemonSet(), aNamespace('shop'), aRevision('r1', 'DaemonSet'));
    cluster.start();
    await untilReady();
    const { world } = cluster;
    const [daemonSet] = world.daemonSets();
    expect(daemonSet?.metadata?.name).toBe('agent');
    expect(world.nodes()).toHaveLength(1);
    expect(world.namespace('shop')?.metadata).toMatchObject({ annotations: { a: '1' } });
    expect(JSON.stringify(world.namespace('shop'))).not.toContain('kubectl');
    expect(daemonSet && world.revisions(daemonSet)).toHaveLength(1);
  });

  it('follows changes of every kind', async () => {
    cluster.start();
    await untilReady();
    api.store.put(superNode(), aDaemonSet(), aNamespace('shop'), aRevision('r1', 'DaemonSet'));
    api.store.put(aPlaceholder({ node: 'super', revision: 'r1' }));
    await vi.waitFor(() => {
      expect(Object.values(counts).map((count) => count())).toEqual([1, 1, 1, 1, 1, 0]);
    });
    api.store.drop(superNode());
    await vi.waitFor(() => {
      expect(cluster.world.nodes()).toEqual([]);
    });
    expect(cluster.world.daemonSets()).toHaveLength(1);
    api.store.drop(aPlaceholder({ node: 'super', revision: 'r1' }));
    await vi.waitFor(() => {
      expect(cluster.world.placeholders(aDaemonSet())).toEqual([]);
    });
  });

  it('has the placeholders, and of no other pod anything', async () => {
    api.store.put(aPlaceholder({ node: 'super', revision: 'r1' }), injected('a'));
    cluster.start();
    await untilReady();
    const [placeholder] = cluster.world.placeholders(aDaemonSet());
    expect(placeholder?.metadata).toMatchObject({ name: 'agent-super' });
    expect(placeholder && targetNodeOf(placeholder)).toBe('super');
    expect([counts['Placeholder']?.(), counts['Pod']?.()]).toEqual([1, 1]);
  });

  it('has no revisions of others than DaemonSets', async () => {
    api.store.put(aRevision('r1', 'StatefulSet'), aRevision('r2', 'DaemonSet'));
    cluster.start();
    await untilReady();
    api.store.put(aRevision('r3', 'StatefulSet'), aRevision('r4', 'DaemonSet'));
    await vi.waitFor(() => {
      expect(counts['ControllerRevision']?.()).toBe(2);
    });
  });

  it('counts the pods that were injected, and asks for no others but placeholders', async () => {
    api.store.put(injected('a'), injected('b', { 'ds-injector.io/injected': '' }));
    cluster.start();
    await untilReady();
    expect(counts['Pod']?.()).toBe(1);
    api.store.put(injected('c'));
    await vi.waitFor(() => {
      expect(counts['Pod']?.()).toBe(2);
    });
    api.store.drop(injected('a'));
    await vi.waitFor(() => {
      expect(counts['Pod']?.()).toBe(1);
    });
    const asked = api.calls.filter(({ path }) => path.endsWith('/pods'));
    expect(new Set(asked.map(({ query }) => query['labelSelector']))).toEqual(
      new Set(['ds-injector.io/placeholder=true', 'ds-injector.io/injected=true']),
    );
  });

  it('tells of what changed in the World, and not of heartbeats', async () => {
    const heard: string[] = [];
    cluster.listen((kind, object) => heard.push(`${kind} ${object?.metadata?.name ?? '*'}`));
    const ready = (status: string, at: string) =>
      superNode({ status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime: at }] } });
    api.store.put(ready('True', '1'), aNamespace('shop'));
    cluster.start();
    await untilReady();
    expect([...heard].sort()).toEqual(['Namespace *', 'Node *']);
    const name = superNode().metadata?.name ?? '';
    expect(cluster.nodes.get(`/${name}`)?.isReady).toBe(true);
    api.store.put(ready('True', '2'), ready('False', '3'));
    await vi.waitFor(() => {
      expect(cluster.nodes.get(`/${name}`)?.isReady).toBe(false);
    });
    api.store.drop(superNode());
    await vi.waitFor(() => {
      expect(heard.slice(2)).toEqual([`Node ${name}`]);
    });
  });

  it('says of each kind why it is not known yet', async () => {
    api.fault({ path: 'nodes', what: { status: 403, reason: 'Forbidden' } });
    api.fault({ path: 'namespaces', what: 'hang' });
    expect(Object.values(unready())).toEqual(Array.from({ length: 6 }, () => 'starting'));
    cluster.start();
    await vi.waitFor(() => {
      expect(unready()).toEqual({
        nodes: 'forbidden, cannot list nodes: told to refuse with 403 (403 Forbidden)',
        namespaces: 'listing',
      });
    });
  });
});
