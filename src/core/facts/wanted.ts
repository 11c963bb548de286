import type { Blueprint } from '../decide/blueprint.js';
import { controllerOf, metaOf } from '../model/pod.js';
import type { KubernetesObject, Pod } from '../model/types.js';
import { isNewer, revisionOfPod, targetNodeOf } from '../placeholder/placeholder.js';
import type { Change } from '../world/journal.js';

/** Which revision of one DaemonSet is wanted on which node: as its placeholders say. */
export class Wanted {
  readonly #placeholders = new Map<string, Map<string, Pod>>();
  readonly #byNode = new Map<string, string>();
  /** How many nodes want each revision. */
  readonly #counts = new Map<string, number>();
  #version = 0;

  /** Another number whenever a node wants something else. */
  get version(): number {
    return this.#version;
  }

  /** The revision that all nodes want; undefined where they differ, or where there are none. */
  get everywhere(): string | undefined {
    const [one, another] = this.#counts.keys();
    return another === undefined ? one : undefined;
  }

  get isEmpty(): boolean {
    return this.#placeholders.size === 0;
  }

  /** The revision that a node wants; undefined where it has no placeholder. */
  at(node: string): string | undefined {
    return this.#byNode.get(node);
  }

  put(node: string, pod: Pod): void {
    const there = this.#placeholders.get(node) ?? new Map<string, Pod>();
    this.#placeholders.set(node, there.set(metaOf(pod).name ?? '', pod));
    this.#decide(node);
  }

  drop(node: string, pod: Pod): void {
    const there = this.#placeholders.get(node);
    there?.delete(metaOf(pod).name ?? '');
    if (there?.size === 0) this.#placeholders.delete(node);
    this.#decide(node);
  }

  /** While a new placeholder of a node comes before the old one goes (maxSurge), the newest decides. */
  #decide(node: string): void {
    const before = this.#byNode.get(node);
    let newest: Pod | undefined;
    for (const pod of this.#placeholders.get(node)?.values() ?? []) {
      if (newest === undefined || isNewer(pod, newest)) newest = pod;
    }
    const after = newest && revisionOfPod(newest);
    if (before === after) return;
    this.#version += 1;
    if (before !== undefined) this.#count(before, -1);
    if (after === undefined) {
      this.#byNode.delete(node);
      return;
    }
    this.#byNode.set(node, after);
    this.#count(after, 1);
  }

  #count(revision: string, more: number): void {
    const count = (this.#counts.get(revision) ?? 0) + more;
    if (count === 0) this.#counts.delete(revision);
    else this.#counts.set(revision, count);
  }
}

/** What a placeholder says of a node. */
interface Wish {
  /** The DaemonSet, as "namespace/name", and its uid; empty where it has none. */
  readonly owner: string;
  readonly uid: string;
  readonly node: string;
}

/** The wishes of all placeholders of a World. */
export class WantedIndex {
  /** By the name of the DaemonSet, then by its uid. */
  readonly #byOwner = new Map<string, Map<string, Wanted>>();
  #version = 0;

  /** Another number whenever a placeholder came, went, or wants something else. */
  get version(): number {
    return this.#version;
  }

  /** What the placeholders of a DaemonSet want; undefined where it never had one. */
  of({ key, daemonSet }: Blueprint): Wanted | undefined {
    const byUid = this.#byOwner.get(key);
    if (byUid === undefined) return undefined;
    const uid = metaOf(daemonSet).uid ?? '';
    // In manifests that people write, one of both may have no uid.
    return byUid.get(uid) ?? byUid.get('') ?? (uid === '' ? [...byUid.values()][0] : undefined);
  }

  /** Takes over what became of a pod; only placeholders matter, and of these not what is noted on them. */
  take({ before, after }: Change): void {
    if (before && after && isSameWish(before, after)) return;
    if (before) this.#drop(before);
    if (after) this.put(after);
  }

  put(pod: Pod): void {
    const wish = wishOf(pod);
    if (wish === undefined) return;
    const byUid = this.#byOwner.get(wish.owner) ?? new Map<string, Wanted>();
    const wanted = byUid.get(wish.uid) ?? new Wanted();
    this.#byOwner.set(wish.owner, byUid.set(wish.uid, wanted));
    wanted.put(wish.node, pod);
    this.#version += 1;
  }

  #drop(pod: Pod): void {
    const wish = wishOf(pod);
    if (wish === undefined) return;
    const byUid = this.#byOwner.get(wish.owner);
    const wanted = byUid?.get(wish.uid);
    wanted?.drop(wish.node, pod);
    if (wanted?.isEmpty === true) byUid?.delete(wish.uid);
    if (byUid?.size === 0) this.#byOwner.delete(wish.owner);
    this.#version += 1;
  }
}

function wishOf(pod: Pod): Wish | undefined {
  const owner = controllerOf(pod);
  const node = targetNodeOf(pod);
  if (owner === undefined || node === undefined) return undefined;
  return {
    owner: `${metaOf(pod).namespace ?? ''}/${owner.name ?? ''}`,
    uid: owner.uid ?? '',
    node,
  };
}

const isSameWish = (one: KubernetesObject, other: KubernetesObject): boolean =>
  textOfWish(one) === textOfWish(other);

const textOfWish = (pod: Pod): string =>
  JSON.stringify([wishOf(pod), revisionOfPod(pod), metaOf(pod).creationTimestamp]);
