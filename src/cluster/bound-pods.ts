import { prunedBound } from '../core/late/bound.js';
import { metaOf } from '../core/model/pod.js';
import type { KubernetesObject, Pod } from '../core/model/types.js';
import { Cache } from './cache.js';
import { onNode } from './injected-pods.js';
import { Reflector, type ReflectorOptions, type Sink, type WatchObserver } from './reflector.js';
import { PODS } from './resources.js';

/** A pod that is bound to a virtual node, injected or not. */
export interface BoundPod {
  /** "namespace/name". */
  readonly key: string;
  readonly node: string;
  /** Reduced to what tells whether it lacks something. */
  readonly pod: Pod;
}

export interface BoundPodsOptions extends Pick<ReflectorOptions, 'client' | 'random' | 'times'> {
  /** Whether a node is virtual; undefined as long as nobody has told of it. */
  readonly isVirtual: (node: string) => boolean | undefined;
  /** Makes what hears of the watches, as of one. @param count how many pods are kept. */
  readonly watch: (kind: string, count: () => number) => WatchObserver;
}

/**
 * Virtual nodes that have a watch of their own. Each costs a connection and next to nothing else, while one watch of all
 * bound pods tells of those on real nodes too, which are thrown away: docs/watches.md has the figures.
 */
export const MOST_WATCHES = 20;
/** Nodes down to which one watch of all is kept on with: who goes to and fro would read everything each time. */
const FEW = 10;

/** The name of the watch of all bound pods; no node has it. */
const ALL = '';

/**
 * The pods on virtual nodes, by the nodes. Pods that nothing was injected into bear no label to select them by, and so
 * they are watched by their nodes, for as long as those are few, else all that are bound are.
 */
export class BoundPods {
  readonly pods: Cache<BoundPod>;
  readonly #options: BoundPodsOptions;
  readonly #observe: WatchObserver;
  readonly #watches = new Map<string, Watch>();
  /** Watches that are coming to their end. */
  readonly #ending = new Set<Promise<void>>();
  /** Nodes of which pods were thrown away, because they were real. */
  readonly #real = new Set<string>();

  constructor(options: BoundPodsOptions) {
    this.#options = options;
    this.pods = new Cache({
      keep: prunedBound,
      read: boundPodOf,
      under: ({ node }) => [onNode(node)],
    });
    this.#observe = options.watch('BoundPod', () => this.pods.count());
  }

  /** How many watches there are. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Why the pods are not known yet, for a person; undefined once all of them were read. */
  unready(): string | undefined {
    return [...this.#watches.values()]
      .map(({ reflector }) => reflector.unready())
      .find((why) => why !== undefined);
  }

  /** Watches the pods of these nodes from now on, and forgets those of all others. @param nodes the virtual ones. */
  follow(nodes: ReadonlySet<string>): void {
    const watchesAll = this.#watches.has(ALL);
    if (nodes.size > (watchesAll ? FEW : MOST_WATCHES)) this.#followAll(nodes);
    else this.#followEach(nodes);
  }

  async stop(): Promise<void> {
    for (const name of [...this.#watches.keys()]) this.#end(name);
    await Promise.all(this.#ending);
    this.#observe.entered('stopped');
  }

  #followEach(nodes: ReadonlySet<string>): void {
    for (const name of [...this.#watches.keys()]) if (!nodes.has(name)) this.#end(name);
    this.#forget((node) => !nodes.has(node));
    for (const node of nodes) {
      if (this.#watches.has(node)) continue;
      this.#begin(node, `spec.nodeName=${node}`, this.#sinkOf(node));
    }
    this.#real.clear();
  }

  /** Pods of a node that became virtual while it was there were thrown away: all is read anew then. */
  #followAll(nodes: ReadonlySet<string>): void {
    const isLost = [...nodes].some((node) => this.#real.has(node));
    for (const node of this.#real) {
      if (this.#options.isVirtual(node) === undefined) this.#real.delete(node);
    }
    if (this.#watches.has(ALL) && !isLost) {
      this.#forget((node) => this.#options.isVirtual(node) === false);
      return;
    }
    for (const name of [...this.#watches.keys()]) this.#end(name);
    this.#real.clear();
    this.#begin(ALL, 'spec.nodeName!=', this.#sinkOfAll());
  }

  #begin(name: string, fieldSelector: string, sink: ClosingSink): void {
    const { client, random, times } = this.#options;
    const reflector = new Reflector({
      client,
      random,
      resource: PODS,
      selection: { fieldSelector },
      sink,
      observe: this.#asOne(),
      ...(times && { times }),
    });
    this.#watches.set(name, { reflector, sink });
    reflector.start();
  }

  /** What comes after it is not taken any more. */
  #end(name: string): void {
    const watch = this.#watches.get(name);
    this.#watches.delete(name);
    if (watch === undefined) return;
    watch.sink.close();
    const ending = watch.reflector.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #forget(isGone: (node: string) => boolean): void {
    for (const { node, pod } of this.pods.all()) {
      if (!isGone(node)) continue;
      this.pods.drop(pod);
      this.#real.add(node);
    }
  }

  /** Many watches are told of as one, which is read when all of them are and ends with the last. */
  #asOne(): WatchObserver {
    const observe = this.#observe;
    return {
      ...observe,
      entered: (state) => {
        if (state !== 'stopped') observe.entered(state);
      },
      listed: () => {
        if (this.unready() === undefined) observe.listed(this.pods.count());
      },
    };
  }

  /** A list of one node's pods says nothing of those of others. */
  #sinkOf(node: string): ClosingSink {
    return closing({
      keep: (object) => this.pods.keep(object),
      replace: (objects) => {
        const keys = new Set(objects.map((object) => keyOf(object)));
        for (const { key, pod } of this.pods.under(onNode(node))) {
          if (!keys.has(key)) this.pods.drop(pod);
        }
        for (const object of objects) this.pods.put(object);
      },
      put: (object) => {
        this.pods.put(object);
      },
      drop: (object) => {
        this.pods.drop(object);
      },
      count: () => this.pods.under(onNode(node)).length,
    });
  }

  /** Those of a node that nobody has told of yet are kept: nodes and pods come in no order. */
  #sinkOfAll(): ClosingSink {
    return closing({
      keep: (object) => {
        const { nodeName = '' } = (object as Pod).spec ?? {};
        if (this.#options.isVirtual(nodeName) !== false) return this.pods.keep(object);
        this.#real.add(nodeName);
        return undefined;
      },
      replace: (objects) => {
        this.pods.replace(objects);
      },
      put: (object) => {
        this.pods.put(object);
      },
      drop: (object) => {
        this.pods.drop(object);
      },
      count: () => this.pods.count(),
    });
  }
}

interface Watch {
  readonly reflector: Reflector;
  readonly sink: ClosingSink;
}

interface ClosingSink extends Sink {
  /** Takes nothing from now on. */
  readonly close: () => void;
}

function closing(sink: Sink): ClosingSink {
  let isOpen = true;
  return {
    keep: (object) => (isOpen ? sink.keep(object) : undefined),
    replace: (objects) => {
      if (isOpen) sink.replace(objects);
    },
    put: (object) => {
      if (isOpen) sink.put(object);
    },
    drop: (object) => {
      if (isOpen) sink.drop(object);
    },
    count: () => sink.count(),
    close: () => {
      isOpen = false;
    },
  };
}

const boundPodOf = (pod: Pod): BoundPod => ({
  key: keyOf(pod),
  node: pod.spec?.nodeName ?? '',
  pod,
});

function keyOf(pod: KubernetesObject): string {
  const { namespace = '', name = '' } = metaOf(pod);
  return `${namespace}/${name}`;
}
