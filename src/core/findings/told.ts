import type { Problem } from './judged.js';

/** What was told of pods, so that each finding is told once. A pod of the same name that comes after another is a new one. */
export class Told {
  /** By "namespace/name", so that what is known of a pod that is gone can be forgotten when nobody knows its uid. */
  readonly #pods = new Map<string, { readonly uid: string; readonly texts: ReadonlySet<string> }>();

  /** Pods of which something was told. */
  get size(): number {
    return this.#pods.size;
  }

  /**
   * Takes down the problems of a pod. What was told of it stays so as long as it has one.
   *
   * @param key "namespace/name".
   * @returns those that were not told before.
   */
  fresh(key: string, uid: string, problems: readonly Problem[]): readonly Problem[] {
    const known = this.#pods.get(key);
    const before = known?.uid === uid ? known.texts : new Set<string>();
    if (problems.length === 0) this.#pods.delete(key);
    else this.#pods.set(key, { uid, texts: new Set([...before, ...problems.map(textOf)]) });
    return problems.filter((problem) => !before.has(textOf(problem)));
  }

  /** The pod is gone, or nobody counts it any more. */
  forget(key: string): void {
    this.#pods.delete(key);
  }
}

const textOf = ({ kind, daemonSet }: Problem): string => `${kind} ${daemonSet}`;
