import type { KubernetesObject } from '../model/types.js';

/** An object that came (no `before`), changed, or went (no `after`). */
export interface Change {
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

/** Changes that are kept; whoever is further behind reads everything anew, which costs about as much. */
const KEPT = 1000;
/** Characters of JSON that these may hold: somebody who changes an object of a megabyte all day must not fill the memory. */
const MOST = 16 * 1024 * 1024;

/** The latest changes of a World in their order, so that keeping up with it costs what has changed and no more. */
export class Journal {
  readonly #changes: Change[] = [];
  /** What each of them holds, in characters of JSON. */
  readonly #sizes: number[] = [];
  #size = 0;
  #dropped = 0;

  /** The number of changes so far. */
  get position(): number {
    return this.#dropped + this.#changes.length;
  }

  /** @param size the characters of the object in JSON. */
  add(change: Change, size: number): void {
    this.#changes.push(change);
    this.#sizes.push(size);
    this.#size += size;
    if (this.#changes.length >= 2 * KEPT) this.#drop(KEPT);
    // Half of it goes, so that it is not done for each change.
    if (this.#size > MOST) this.#drop(this.#excess(MOST / 2));
  }

  /** @returns the changes after a position, oldest first; undefined where some of them are not kept any more. */
  since(position: number): readonly Change[] | undefined {
    return position < this.#dropped ? undefined : this.#changes.slice(position - this.#dropped);
  }

  /** How many of the oldest have to go for the others to hold no more than that. */
  #excess(most: number): number {
    let left = this.#size;
    const count = this.#sizes.findIndex((size) => {
      if (left <= most) return true;
      left -= size;
      return false;
    });
    return count === -1 ? this.#changes.length : count;
  }

  #drop(count: number): void {
    this.#changes.splice(0, count);
    for (const size of this.#sizes.splice(0, count)) this.#size -= size;
    this.#dropped += count;
  }
}
