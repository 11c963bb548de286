import { INJECTED_LABEL, PLACEHOLDER_LABEL } from '../core/model/annotations.js';
import { list, type KubernetesObject, type Node } from '../core/model/types.js';
import { isPlaceholder } from '../core/placeholder/placeholder.js';
import { nodeStateOf, prunedConditions, type NodeState } from '../core/status/node.js';
import { pruned } from '../core/world/pruned.js';
import { WorldStore } from '../core/world/store.js';
import type { World } from '../core/world/world.js';
import type { ApiClient } from './api.js';
import { Cache } from './cache.js';
import { injectedPods, type InjectedPods } from './injected-pods.js';
import { placeholders, type Placeholders } from './placeholders.js';
import { Reflector, type ReflectorTimes, type Sink, type WatchObserver } from './reflector.js';
import * as resources from './resources.js';
import type { Resource } from './resources.js';

export interface ClusterWorldOptions {
  readonly client: ApiClient;
  /** Makes who hears of the watch of a kind, placeholders being one of their own. @param count how many objects of it are kept. */
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
  readonly injected: InjectedPods;
  readonly placeholders: Placeholders;
  /** How nodes are, by "/name". */
  readonly nodes: Cache<NodeState>;
  /**
   * Calls the listener when the World has changed: with an object, or undefined where it may be any of the kind.
   *
   * @returns what ends it.
   */
  listen(listener: WorldListener): () => void;
  /** For each kind, by its plural, why it is not known yet; undefined for one that is. */
  readonly unready: Readonly<Record<string, () => string | undefined>>;
}

export type WorldListener = (kind: string, object: KubernetesObject | undefined) => void;

/** The kinds of which a World is made, and the injected pods, which are not part of it. */
const KINDS: readonly Resource[] = [
  resources.DAEMON_SETS,
  resources.CONTROLLER_REVISIONS,
  resources.NODES,
  resources.NAMESPACES,
];
const PLACEHOLDERS = { labelSelector: `${PLACEHOLDER_LABEL}=true` };
const INJECTED = { labelSelector: `${INJECTED_LABEL}=true` };

interface Watched {
  readonly resource: Resource;
  readonly sink: Sink;
  readonly selection?: { readonly labelSelector?: string };
  /** What it is called where a kind is watched more than once; by default as the kind is. */
  readonly plural?: string;
  readonly kind?: string;
}

/** A World that follows a cluster, reduced to what the engine reads. Nothing is asked of the API server in a review. */
export function clusterWorld({ observe, ...options }: ClusterWorldOptions): ClusterWorld {
  const store = new WorldStore();
  const listeners = new Set<WorldListener>();
  const tell: WorldListener = (kind, object) => {
    for (const listener of listeners) listener(kind, object);
  };
  const caches = { injected: injectedPods(), placeholders: placeholders(), nodes: nodeStates() };
  const watched = ({ resource, sink, ...asked }: Watched): readonly [string, Reflector] => {
    const { plural = resource.plural, kind = resource.kind, selection = {} } = asked;
    const heard = observe(kind, () => sink.count());
    return [plural, new Reflector({ ...options, resource, sink, selection, observe: heard })];
  };
  const sinkOf = (kind: string): Sink => {
    const sink = worldSink(store, kind, tell);
    if (kind === 'Pod') return both(caches.placeholders, sink);
    return kind === 'Node' ? both(caches.nodes, sink) : sink;
  };
  const reflectors = [
    ...KINDS.map((resource) => watched({ resource, sink: sinkOf(resource.kind) })),
    watched({
      resource: resources.PODS,
      sink: sinkOf('Pod'),
      selection: PLACEHOLDERS,
      ...{ plural: 'placeholders', kind: 'Placeholder' },
    }),
    watched({ resource: resources.PODS, sink: caches.injected, selection: INJECTED }),
  ];
  return {
    start: () => {
      for (const [, reflector] of reflectors) reflector.start();
    },
    stop: async () => {
      await Promise.all(reflectors.map(([, reflector]) => reflector.stop()));
    },
    world: store,
    ...caches,
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    unready: Object.fromEntries(
      reflectors.map(([plural, reflector]) => [plural, () => reflector.unready()]),
    ),
  };
}

/** Into the World, which says what is a change. */
const worldSink = (store: WorldStore, kind: string, tell: WorldListener): Sink => {
  const changing = (change: () => void, object?: KubernetesObject): void => {
    const before = store.journal.position;
    change();
    if (store.journal.position !== before) tell(kind, object);
  };
  return {
    keep: KEEPERS.get(kind) ?? pruned,
    replace: (objects) => {
      changing(() => {
        store.replace(objects, kind);
      });
    },
    put: (object) => {
      changing(() => {
        store.put(object);
      }, object);
    },
    drop: (object) => {
      const { name = '', namespace = '' } = object.metadata ?? {};
      changing(() => {
        store.drop({ kind, namespace, name });
      }, object);
    },
    count: () => store.count(kind),
  };
};

/** How nodes are changes by the minute where they are not well, and is no part of the World. */
const nodeStates = (): Cache<NodeState> =>
  new Cache({
    keep: withCondition,
    read: nodeStateOf,
    under: () => [],
  });

/** A node that is not as expected stays as it is, so that whoever looks at it can say so. */
function withCondition(node: Node): KubernetesObject {
  const kept: Node = pruned(node);
  if (kept === node) return node;
  return { ...kept, status: { ...kept.status, conditions: prunedConditions(node) } };
}

/** What comes goes into both. @param first says what is kept, for the second as well. */
const both = (first: Sink, second: Sink): Sink => ({
  keep: (object) => first.keep(object),
  replace: (objects) => {
    first.replace(objects);
    second.replace(objects);
  },
  put: (object) => {
    first.put(object);
    second.put(object);
  },
  drop: (object) => {
    first.drop(object);
    second.drop(object);
  },
  count: () => second.count(),
});

/** StatefulSets have revisions too, and a cluster can have more of those. */
function keptRevision(object: KubernetesObject): KubernetesObject | undefined {
  const kept = pruned(object);
  const owners = list(kept.metadata?.ownerReferences);
  return owners.some(({ kind }) => kind === 'DaemonSet') ? kept : undefined;
}

const keptPlaceholder = (object: KubernetesObject): KubernetesObject | undefined =>
  isPlaceholder(object) ? pruned(object) : undefined;

const KEEPERS: ReadonlyMap<string, Sink['keep']> = new Map([
  ['ControllerRevision', keptRevision],
  ['Pod', keptPlaceholder],
]);
