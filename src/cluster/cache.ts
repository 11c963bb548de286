import { metaOf } from '../core/model/pod.js';
import { textOf } from '../core/model/text.js';
import type { KubernetesObject } from '../core/model/types.js';
import { compact } from '../core/world/store.js';
import type { Sink } from './reflector.js';

export interface CacheOptions<Item> {
  /** Reduces an object to what is read of it, if anything is kept of it. */
  readonly keep: (object: KubernetesObject) => KubernetesObject | undefined;
  /** Reads what was kept. */
  readonly read: (object: KubernetesObject) => Item;
  /** Under what an item is to be found, such as its node. */
  readonly under: (item: Item) => readonly string[];
}

/** Hears of an item that came (no `before`), changed, or went (no `after`). */
export type CacheListener<Item> = (before: Item | undefined, after: Item | undefined) => void;

/**
 * Characters of JSON of what is kept of an object. A pod with twenty injected containers has some ten thousand; anybody who
 * may label a pod can make it a million, and thousands of those would fill the memory of every replica.
 */
const LARGEST = 64 * 1024;

/** The objects of one kind, read, with what they are to be found under. */
export class Cache<Item> implements Sink {
  readonly #options: CacheOptions<Item>;
  readonly #items = new Map<string, Item>();
  readonly #indexes = new Map<string, Set<Item>>();
  readonly #listeners = new Set<CacheListener<Item>>();

  constructor(options: CacheOptions<Item>) {
    this.#options = options;
  }

  /** @param key "namespace/name". */
  get(key: string): Item | undefined {
    return this.#items.get(key);
  }

  all(): readonly Item[] {
    return [...this.#items.values()];
  }

  /** What is to be found under an index, in no particular order. */
  under(index: string): readonly Item[] {
    return [...(this.#indexes.get(index) ?? [])];
  }

  /** @returns what ends it. */
  listen(listener: CacheListener<Item>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  keep(object: KubernetesObject): KubernetesObject | undefined {
    return this.#options.keep(object);
  }

  replace(objects: readonly KubernetesObject[]): void {
    const gone = new Set(this.#items.keys());
    for (const object of objects) {
      gone.delete(keyOf(object));
      this.put(object);
    }
    for (const key of gone) this.#set(key, undefined);
  }

  /** Takes an object over; one that is too large counts as absent. */
  put(object: KubernetesObject): void {
    const { object: kept, size } = compact(object);
    this.#set(keyOf(object), size > LARGEST ? undefined : this.#options.read(kept));
  }

  drop(object: KubernetesObject): void {
    this.#set(keyOf(object), undefined);
  }

  count(): number {
    return this.#items.size;
  }

  #set(key: string, after: Item | undefined): void {
    const before = this.#items.get(key);
    if (before === undefined && after === undefined) return;
    if (before !== undefined) this.#unlink(before);
    if (after === undefined) this.#items.delete(key);
    else this.#link(key, after);
    for (const listener of this.#listeners) listener(before, after);
  }

  #link(key: string, item: Item): void {
    this.#items.set(key, item);
    for (const index of this.#options.under(item)) {
      const found = this.#indexes.get(index);
      if (found) found.add(item);
      else this.#indexes.set(index, new Set([item]));
    }
  }

  #unlink(item: Item): void {
    for (const index of this.#options.under(item)) {
      const found = this.#indexes.get(index);
      found?.delete(item);
      if (found?.size === 0) this.#indexes.delete(index);
    }
  }
}

function keyOf(object: KubernetesObject): string {
  const { namespace, name } = metaOf(object);
  return `${textOf(namespace)}/${textOf(name)}`;
}
