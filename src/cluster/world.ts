import { INJECTED_LABEL } from '../core/model/annotations.js';
import { list, type KubernetesObject } from '../core/model/types.js';
import { pruned } from '../core/world/pruned.js';
import { WorldStore } from '../core/world/store.js';
import type { World } from '../core/world/world.js';
import type { ApiClient } from './api.js';
import { injectedPods } from './injected-pods.js';
import { Reflector, type ReflectorTimes, type Sink, type WatchObserver } from './reflector.js';
import * as resources from './resources.js';
import type { Resource } from './resources.js';

export interface ClusterWorldOptions {
  readonly client: ApiClient;
  /** Makes who hears of the watch of a kind. @param count how many objects of it are kept. */
  readonly observe: (kind: string, count: () => number) => WatchObserver;
  /** From 0 to 1, as Math.random gives it. */
  readonly random: () => number;
  readonly times?: Partial<ReflectorTimes>;
}

export interface ClusterWorld {
  /** Begins to read; an API server that is away is waited for. */
  start(): void;
  stop(): Promise<void>;
  /** The World so far. What was read once stays, whatever becomes of the API server. */
  readonly world: World;
  /** For each kind, by its plural, why it is not known yet; undefined for one that is. */
  readonly unready: Readonly<Record<string, () => string | undefined>>;
}

/** The kinds of which a World is made, and the injected pods, which are not part of it. */
const KINDS: readonly Resource[] = [
  resources.DAEMON_SETS,
  resources.CONTROLLER_REVISIONS,
  resources.NODES,
  resources.NAMESPACES,
];
const INJECTED = { labelSelector: `${INJECTED_LABEL}=true` };

/** A World that follows a cluster, reduced to what the engine reads. Nothing is asked of the API server in a review. */
export function clusterWorld({ observe, ...options }: ClusterWorldOptions): ClusterWorld {
  const store = new WorldStore();
  const watched = (
    resource: Resource,
    sink: Sink,
    selection = {},
  ): readonly [string, Reflector] => [
    resource.plural,
    new Reflector({
      ...options,
      ...{ resource, sink, selection },
      observe: observe(resource.kind, () => sink.count()),
    }),
  ];
  const reflectors = [
    ...KINDS.map((resource) => watched(resource, sinkOf(store, resource.kind))),
    watched(resources.PODS, injectedPods(), INJECTED),
  ];
  return {
    start: () => {
      for (const [, reflector] of reflectors) reflector.start();
    },
    stop: async () => {
      await Promise.all(reflectors.map(([, reflector]) => reflector.stop()));
    },
    world: store,
    unready: Object.fromEntries(
      reflectors.map(([plural, reflector]) => [plural, () => reflector.unready()]),
    ),
  };
}

const sinkOf = (store: WorldStore, kind: string): Sink => ({
  keep: kind === 'ControllerRevision' ? keptRevision : pruned,
  replace: (objects) => {
    store.replace(objects, kind);
  },
  put: (object) => {
    store.put(object);
  },
  drop: ({ metadata }) => {
    const { name = '', namespace = '' } = metadata ?? {};
    store.drop({ kind, namespace, name });
  },
  count: () => store.count(kind),
});

/** StatefulSets have revisions too, and a cluster can have more of those. */
function keptRevision(object: KubernetesObject): KubernetesObject | undefined {
  const kept = pruned(object);
  const owners = list(kept.metadata?.ownerReferences);
  return owners.some(({ kind }) => kind === 'DaemonSet') ? kept : undefined;
}
