import { INJECTED_LABEL, PLACEHOLDER_LABEL } from '../core/model/annotations.js';
import { list, type KubernetesObject } from '../core/model/types.js';
import { isPlaceholder } from '../core/placeholder/placeholder.js';
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
  const watched = ({ resource, sink, ...asked }: Watched): readonly [string, Reflector] => {
    const { plural = resource.plural, kind = resource.kind, selection = {} } = asked;
    const heard = observe(kind, () => sink.count());
    return [plural, new Reflector({ ...options, resource, sink, selection, observe: heard })];
  };
  const reflectors = [
    ...KINDS.map((resource) => watched({ resource, sink: sinkOf(store, resource.kind) })),
    watched({
      resource: resources.PODS,
      sink: sinkOf(store, 'Pod'),
      selection: PLACEHOLDERS,
      ...{ plural: 'placeholders', kind: 'Placeholder' },
    }),
    watched({ resource: resources.PODS, sink: injectedPods(), selection: INJECTED }),
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
  keep: KEEPERS.get(kind) ?? pruned,
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

const keptPlaceholder = (object: KubernetesObject): KubernetesObject | undefined =>
  isPlaceholder(object) ? pruned(object) : undefined;

const KEEPERS: ReadonlyMap<string, Sink['keep']> = new Map([
  ['ControllerRevision', keptRevision],
  ['Pod', keptPlaceholder],
]);
