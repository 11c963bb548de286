import type { ApiClient } from '../cluster/api.js';
import {
  Reflector,
  type ReflectorTimes,
  type Sink,
  type WatchObserver,
} from '../cluster/reflector.js';
import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  NAMESPACES,
  NODES,
  PODS,
  type Resource,
} from '../cluster/resources.js';
import { INJECTED_LABEL } from '../core/model/annotations.js';
import { metaOf } from '../core/model/pod.js';
import { map, type KubernetesObject, type Pod } from '../core/model/types.js';
import { isPlaceholder } from '../core/placeholder/placeholder.js';
import type { Settings } from '../core/settings.js';
import { pruned } from '../core/world/pruned.js';
import { virtualNamesIn } from './fetch.js';
import type { Lists } from './lists.js';
import type { Target } from './status.js';

export interface FollowOptions {
  readonly client: ApiClient;
  readonly settings: Settings;
  /** A pod that is asked for is kept wherever it runs. */
  readonly target: Target | undefined;
  /** Called whenever something may have changed. */
  readonly changed: () => void;
  /** Once for each problem until all is well again. */
  readonly failed: (problem: string) => void;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly times?: Partial<ReflectorTimes>;
}

/** Objects that are kept as they are, but for what is of no use to anybody. */
class Kept implements Sink {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #keep: (object: KubernetesObject) => KubernetesObject | undefined;

  constructor(keep: (object: KubernetesObject) => KubernetesObject | undefined) {
    this.#keep = keep;
  }

  keep(object: KubernetesObject): KubernetesObject | undefined {
    return this.#keep(object);
  }

  replace(objects: readonly KubernetesObject[]): void {
    this.#objects.clear();
    for (const object of objects) this.put(object);
  }

  put(object: KubernetesObject): void {
    this.#objects.set(keyOf(object), object);
  }

  drop(object: KubernetesObject): void {
    this.#objects.delete(keyOf(object));
  }

  count(): number {
    return this.#objects.size;
  }

  all(): readonly KubernetesObject[] {
    return [...this.#objects.values()];
  }
}

const keyOf = ({ metadata }: KubernetesObject): string =>
  `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;

const KINDS: readonly Resource[] = [NODES, NAMESPACES, DAEMON_SETS, CONTROLLER_REVISIONS];

/**
 * Follows what a report follows from, by list and watch: to read thousands of pods anew every few seconds would cost
 * the API server more than the injector itself does.
 *
 * Only pods on virtual nodes are kept, injected ones and placeholders. Where another node becomes virtual, pods are
 * read anew.
 */
export class Follower {
  readonly #options: FollowOptions;
  readonly #kinds: readonly { readonly sink: Kept; readonly reflector: Reflector }[];
  readonly #nodes: Kept;
  readonly #pods: Kept;
  #virtual: ReadonlySet<string> = new Set();
  #podReflector: Reflector | undefined;
  #turning: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#nodes = new Kept(pruned);
    this.#pods = new Kept((pod) => (this.#isOfUse(pod) ? withoutManagers(pod) : undefined));
    this.#kinds = KINDS.map((resource) => {
      const sink = resource === NODES ? this.#nodes : new Kept(pruned);
      return { sink, reflector: this.#reflect(resource, sink) };
    });
  }

  start(): void {
    for (const { reflector } of this.#kinds) reflector.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turning;
    await Promise.all([
      ...this.#kinds.map(({ reflector }) => reflector.stop()),
      this.#podReflector?.stop(),
    ]);
  }

  /** What was read; undefined until all of it was. */
  lists(): Lists | undefined {
    this.#turn();
    const isReady = this.#podReflector?.unready() === undefined && this.#podReflector !== undefined;
    if (!isReady || !this.#knowsKinds()) return undefined;
    const pods = this.#pods.all();
    return {
      objects: this.#kinds.flatMap(({ sink }) => sink.all()),
      placeholders: pods.filter(isPlaceholder),
      pods: pods.filter((pod) => !isPlaceholder(pod)),
    };
  }

  #knowsKinds(): boolean {
    return this.#kinds.every(({ reflector }) => reflector.unready() === undefined);
  }

  /** Reads pods, once it is known which nodes are virtual, and anew where others have become it. */
  #turn(): void {
    if (this.#stopped || !this.#knowsKinds()) return;
    const names = virtualNamesIn(this.#nodes.all(), this.#options.settings);
    const isNew = names.some((name) => !this.#virtual.has(name));
    this.#virtual = new Set(names);
    if (!isNew && this.#podReflector !== undefined) return;
    const before = this.#podReflector;
    const reflector = this.#reflect(PODS, this.#pods);
    this.#podReflector = reflector;
    this.#turning = this.#turning.then(async () => {
      await before?.stop();
      if (!this.#stopped) reflector.start();
    });
  }

  #reflect(resource: Resource, sink: Sink): Reflector {
    const { client, random, times } = this.#options;
    const observe = this.#observer();
    return new Reflector({ client, resource, sink, observe, random, ...(times && { times }) });
  }

  #observer(): WatchObserver {
    const { changed, failed } = this.#options;
    const nothing = (): void => undefined;
    return {
      ...{ entered: nothing, restarted: nothing, recovered: nothing, unusable: nothing },
      heard: changed,
      listed: changed,
      failed,
    };
  }

  #isOfUse(pod: Pod): boolean {
    const { target } = this.#options;
    return (
      (target?.kind === 'pod' && keyOf(pod) === `${target.namespace ?? ''}/${target.name}`) ||
      this.#virtual.has(pod.spec?.nodeName ?? '') ||
      map(metaOf(pod).labels)[INJECTED_LABEL] === 'true' ||
      isPlaceholder(pod)
    );
  }
}

function withoutManagers(pod: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = pod.metadata ?? {};
  return { ...pod, metadata };
}
