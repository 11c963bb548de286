import { isElsewhere, type Problem, type ProblemKind } from './judged.js';
import type { JudgedPod } from './judge-pod.js';

/** What was found of a pod. */
export interface Entry {
  /** "namespace/name". */
  readonly key: string;
  readonly uid: string;
  /** The uid of its controller; empty without one. */
  readonly owner: string;
  readonly problems: readonly Problem[];
  /** Why DaemonSets ("namespace/name") are not in it, those left out that do not run on its node. */
  readonly skipped: ReadonlyMap<string, string>;
}

/** Hears of a pod of which something else is known. */
export type BookListener = (before: Entry | undefined, after: Entry | undefined) => void;

/** What a leader knows of pods that are not as the webhook would have made them, or that go without a DaemonSet. */
export class FindingsBook {
  readonly #entries = new Map<string, Entry>();
  readonly #byOwner = new Map<string, Set<string>>();
  readonly #counts = new Map<ProblemKind, number>();
  readonly #listeners = new Set<BookListener>();

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** The pods of a controller, by its uid. */
  ofOwner(owner: string): readonly Entry[] {
    return [...(this.#byOwner.get(owner) ?? [])].flatMap((key) => this.#entries.get(key) ?? []);
  }

  /** @returns what ends it. */
  listen(listener: BookListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes down what was found of a pod; without an entry, or where nothing was found, it is forgotten. */
  set(key: string, entry: Entry | undefined): void {
    const before = this.#entries.get(key);
    const after = entry && entry.problems.length + entry.skipped.size > 0 ? entry : undefined;
    if (before === undefined && after === undefined) return;
    if (before) this.#unlink(before);
    if (after) this.#link(after);
    for (const listener of this.#listeners) listener(before, after);
  }

  /** How many findings of a kind there are. */
  count(kind: ProblemKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** How many pods go without a DaemonSet, by the reason. */
  skips(daemonSet: string): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const { skipped } of this.#entries.values()) {
      const reason = skipped.get(daemonSet);
      if (reason !== undefined) sums[reason] = (sums[reason] ?? 0) + 1;
    }
    return sums;
  }

  #link(entry: Entry): void {
    this.#entries.set(entry.key, entry);
    this.#add(entry, 1);
    const siblings = this.#byOwner.get(entry.owner) ?? new Set();
    this.#byOwner.set(entry.owner, siblings.add(entry.key));
  }

  #unlink(entry: Entry): void {
    const { key, owner } = entry;
    this.#entries.delete(key);
    this.#add(entry, -1);
    const siblings = this.#byOwner.get(owner);
    siblings?.delete(key);
    if (siblings?.size === 0) this.#byOwner.delete(owner);
  }

  #add({ problems }: Entry, one: number): void {
    for (const { kind } of problems) this.#counts.set(kind, this.count(kind) + one);
  }
}

/** What is to be taken down of a pod that was judged. @param isVirtual whether its node is. */
export function entryOf(
  { status, problems }: JudgedPod,
  { uid, owner }: Pick<Entry, 'uid' | 'owner'>,
  isVirtual: boolean,
): Entry {
  const skipped = status.absent
    .filter(({ reason }) => isVirtual && reason !== 'missed' && !isElsewhere(reason))
    .map(({ daemonSet, reason }) => [daemonSet, reason] as const);
  const key = `${status.namespace}/${status.name}`;
  return { key, uid, owner, problems, skipped: new Map(skipped) };
}
