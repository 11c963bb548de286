import type { KubernetesObject } from '../model/types.js';

/** An object that came (no `before`), changed, or went (no `after`). */
export interface Change {
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

/** Changes that are kept; whoever is further behind reads everything anew, which costs about as much. */
const KEPT = 1000;

/** The latest changes of a World in their order, so that keeping up with it costs what has changed and no more. */
export class Journal {
  readonly #changes: Change[] = [];
  #dropped = 0;

  /** The number of changes so far. */
  get position(): number {
    return this.#dropped + this.#changes.length;
  }

  add(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length < 2 * KEPT) return;
    this.#changes.splice(0, KEPT);
    this.#dropped += KEPT;
  }

  /** @returns the changes after a position, oldest first; undefined where some of them are not kept any more. */
  since(position: number): readonly Change[] | undefined {
    return position < this.#dropped ? undefined : this.#changes.slice(position - this.#dropped);
  }
}
