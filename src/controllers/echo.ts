/** Milliseconds that a write may take to be told by the watch, before it is looked at again. */
const LONGEST = 5_000;

/** Remembers what was written and not told by a watch yet: looked at before, it would be written once more. */
export class Echo {
  readonly #clock: () => number;
  readonly #written = new Map<string, { readonly version: string; readonly at: number }>();

  /** @param clock milliseconds that only go forward. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Milliseconds to wait before an object of this key, seen in this version, is looked at; 0 or less for none. */
  wait(key: string, version: string): number {
    const before = this.#written.get(key);
    if (before?.version === version) return before.at + LONGEST - this.#clock();
    this.#written.delete(key);
    return 0;
  }

  /** @param version in which the object was seen that was then written. */
  wrote(key: string, version: string): void {
    this.#written.set(key, { version, at: this.#clock() });
  }

  forget(key: string): void {
    this.#written.delete(key);
  }
}
