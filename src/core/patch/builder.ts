import type { Operation } from './operation.js';

/** A key as it stands in a JSON Pointer (RFC 6901). */
export const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * Collects the operations of a patch. It knows which parents it has made, since RFC 6902 adds nothing to what is not
 * there, and keeps the order in which the operations have to be applied.
 */
export class PatchBuilder {
  readonly #operations: Operation[] = [];
  readonly #made = new Set<string>();

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** Sets a member of an object that is there. */
  set(path: string, value: unknown, present: boolean): void {
    this.#operations.push({ op: present ? 'replace' : 'add', path, value });
  }

  remove(path: string): void {
    this.#operations.push({ op: 'remove', path });
  }

  /** Makes an object member where there is none (or null). */
  ensureObject(path: string, current: unknown): void {
    if (isThere(current) || this.#made.has(path)) return;
    this.#made.add(path);
    this.#operations.push({ op: 'add', path, value: {} });
  }

  /**
   * Puts items into a list that may be absent or null.
   *
   * @param at the index of the first; undefined for the end.
   */
  insert(path: string, current: unknown, items: readonly unknown[], at?: number): void {
    if (items.length === 0) return;
    if (!isThere(current) && !this.#made.has(path)) {
      this.#made.add(path);
      this.#operations.push({ op: 'add', path, value: [...items] });
      return;
    }
    items.forEach((value, i) => {
      const position = at === undefined ? '-' : String(at + i);
      this.#operations.push({ op: 'add', path: `${path}/${position}`, value });
    });
  }
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null;
