import { equal } from '../model/equal.js';
import { list } from '../model/types.js';
import type {
  ControllerRevision,
  DaemonSet,
  KubernetesObject,
  Node,
  OwnerReference,
  Pod,
} from '../model/types.js';
import { metaOf } from '../model/pod.js';
import { textOf } from '../model/text.js';
import { Journal } from './journal.js';
import { pruned } from './pruned.js';
import type { ReferredKind, World } from './world.js';

/** No name holds a slash. */
const keyOf = (kind: unknown, namespace: unknown, name: unknown): string =>
  `${textOf(kind)}/${textOf(namespace)}/${textOf(name)}`;
const keyOfObject = ({ kind, metadata }: KubernetesObject): string =>
  keyOf(kind, metadata?.namespace, metadata?.name);

/**
 * A copy with texts of its own. Those of a parser can hold on to the whole file that they are a part of, or are kept as
 * the pieces that they were put together from: sixteen times the memory, for nodes from JSON.
 */
export const compact = (object: KubernetesObject): KubernetesObject =>
  JSON.parse(JSON.stringify(object)) as KubernetesObject;

/**
 * A World that changes object by object. It holds of each object what the engine may read, and notes a change only
 * where that changed: the heartbeat of a node or the progress of a rollout is none.
 *
 * Objects come in with the namespace that the API server would have given them.
 */
export class WorldStore implements World {
  readonly journal = new Journal();
  /** The objects of each kind by namespace and name. */
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #nodes = new Map<string, Node>();
  readonly #daemonSets = new Map<string, DaemonSet>();
  /** The ControllerRevisions and placeholders by their kind and the DaemonSet that they name as owner. */
  readonly #owned = new Map<string, Map<string, KubernetesObject>>();
  readonly #counts = new Map<string, number>();
  #ordered: readonly DaemonSet[] | undefined;

  constructor(objects: Iterable<KubernetesObject> = []) {
    for (const object of objects) this.put(object);
  }

  /** Takes an object over, in place of the one of its kind and name. */
  put(object: KubernetesObject): void {
    const key = keyOfObject(object);
    const after = pruned(object);
    const before = this.#objects.get(key);
    if (before !== undefined && equal(before, after)) return;
    if (before !== undefined) this.#forget(key, before);
    const kept = compact(after);
    this.#objects.set(key, kept);
    this.#keep(key, kept);
    this.journal.add({ before, after: kept });
  }

  /** Takes an object out; one that is not there stays away. */
  drop({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): void {
    const key = keyOf(kind, namespace, name);
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#objects.delete(key);
    this.#forget(key, before);
    this.journal.add({ before, after: undefined });
  }

  /**
   * Makes these the objects of the World, or of one kind in it: what is not among them goes, what is as before stays
   * untouched, and whoever asks sees the World before or after, and nothing in between.
   */
  replace(objects: Iterable<KubernetesObject>, kind?: string): void {
    const gone = new Map(
      [...this.#objects].filter(([, object]) => (kind ?? object.kind) === object.kind),
    );
    for (const object of objects) {
      gone.delete(keyOfObject(object));
      this.put(object);
    }
    for (const { kind = '', metadata } of gone.values()) {
      const { namespace = '', name = '' } = metadata ?? {};
      this.drop({ kind, namespace, name });
    }
  }

  /** How many objects of a kind there are. */
  count(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }

  daemonSets(): readonly DaemonSet[] {
    this.#ordered ??= [...this.#daemonSets.values()].sort((a, b) => byName(metaOf(a), metaOf(b)));
    return this.#ordered;
  }

  nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  namespace(name: string): KubernetesObject | undefined {
    return this.#objects.get(keyOf('Namespace', '', name));
  }

  revisions(daemonSet: DaemonSet): readonly ControllerRevision[] {
    const revisions: readonly ControllerRevision[] = this.#ownedBy(daemonSet, 'ControllerRevision');
    return [...revisions].sort(byRevision);
  }

  placeholders(daemonSet: DaemonSet): readonly Pod[] {
    return this.#ownedBy(daemonSet, 'Pod');
  }

  find(kind: ReferredKind, namespace: string, name: string): KubernetesObject | undefined {
    return this.#objects.get(keyOf(kind, namespace, name));
  }

  #ownedBy(daemonSet: DaemonSet, kind: string): readonly KubernetesObject[] {
    const { namespace, name } = metaOf(daemonSet);
    const named = this.#owned.get(keyOf(kind, namespace, name));
    return [...(named?.values() ?? [])].filter((object) => owns(daemonSet, object));
  }

  #keep(key: string, object: KubernetesObject): void {
    this.#count(object, 1);
    if (object.kind === 'Node') this.#nodes.set(key, object);
    if (object.kind === 'DaemonSet') {
      this.#daemonSets.set(key, object);
      this.#ordered = undefined;
    }
    for (const owner of ownersOf(object)) {
      const known = this.#owned.get(owner) ?? new Map<string, KubernetesObject>();
      this.#owned.set(owner, known.set(key, object));
    }
  }

  #count({ kind = '' }: KubernetesObject, more: number): void {
    this.#counts.set(kind, this.count(kind) + more);
  }

  #forget(key: string, object: KubernetesObject): void {
    this.#count(object, -1);
    this.#nodes.delete(key);
    if (this.#daemonSets.delete(key)) this.#ordered = undefined;
    for (const owner of ownersOf(object)) {
      const known = this.#owned.get(owner);
      known?.delete(key);
      if (known?.size === 0) this.#owned.delete(owner);
    }
  }
}

/** Not localeCompare: the order must not depend on the machine's language. */
function order(one: unknown, other: unknown): number {
  const [left, right] = [textOf(one), textOf(other)];
  return left < right ? -1 : Number(left > right);
}

interface Named {
  readonly namespace?: string;
  readonly name?: string;
}

/** The order of DaemonSets in a World: by namespace, then by name. */
export const byName = (one: Named, other: Named): number =>
  order(one.namespace, other.namespace) || order(one.name, other.name);

/** The newest first. A template that is rolled back to gets a higher number, and stays the same object. */
const byRevision = (one: ControllerRevision, other: ControllerRevision): number =>
  numberOf(other) - numberOf(one) || order(metaOf(one).name, metaOf(other).name);

const numberOf = ({ revision }: ControllerRevision): number =>
  typeof revision === 'number' ? revision : 0;

/** Under what an object is found that belongs to DaemonSets; of other pods than placeholders no owners are kept. */
function ownersOf({ kind = '', metadata }: KubernetesObject): readonly string[] {
  if (!OWNED.includes(kind)) return [];
  return list(metadata?.ownerReferences)
    .filter((reference) => reference.kind === 'DaemonSet')
    .map(({ name }) => keyOf(kind, metadata?.namespace, name));
}

const OWNED = ['ControllerRevision', 'Pod'];

const owns = ({ metadata: owner }: DaemonSet, { metadata }: KubernetesObject): boolean =>
  list(metadata?.ownerReferences).some((reference) => refersTo(reference, owner?.uid, owner?.name));

/** By uid where both have one; manifests that people write have none. */
function refersTo(
  { kind, name, uid }: OwnerReference,
  ownerUid?: string,
  ownerName?: string,
): boolean {
  if (kind !== 'DaemonSet' || name !== ownerName) return false;
  return !uid || !ownerUid || uid === ownerUid;
}
