/** The place of a value in a chain. */
export interface Link<T> {
  readonly value: T;
}

interface Node<T> extends Link<T> {
  previous: Node<T> | undefined;
  next: Node<T> | undefined;
}

/**
 * Values in the order in which they came; each can leave at any time, at the same small cost.
 *
 * A Set can do that, too, but is not for what comes and goes with each request. When its table is used up, it takes a
 * new one, and the old one goes on pointing to that and to what was in it. As soon as a table has become old, V8 takes
 * all that come after it for used: kilobytes of each request stay until all memory is collected.
 */
export class Chain<T> implements Iterable<T> {
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;

  /** The one that has been here for longest. */
  get oldest(): Link<T> | undefined {
    return this.#first;
  }

  /** Puts a value behind all others. */
  add(value: T): Link<T> {
    const node: Node<T> = { value, previous: this.#last, next: undefined };
    if (this.#last) this.#last.next = node;
    else this.#first = node;
    this.#last = node;
    return node;
  }

  /** @param link from `add()` of this chain. */
  has(link: Link<T>): boolean {
    return link === this.#first || (link as Node<T>).previous !== undefined;
  }

  /** @returns whether it was still there. */
  remove(link: Link<T>): boolean {
    if (!this.has(link)) return false;
    const node = link as Node<T>;
    const { previous, next } = node;
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    node.previous = node.next = undefined;
    return true;
  }

  /** The values, the oldest first. None may leave meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let node = this.#first; node; node = node.next) yield node.value;
  }
}
