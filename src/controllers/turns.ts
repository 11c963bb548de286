export interface TurnsOptions {
  /** Milliseconds from one turn to the next. */
  readonly apart: number;
  /** How many may come at once, after a quiet time. */
  readonly burst: number;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
}

/** Gives keys their turns one after the other, so that thousands of them never come at once. */
export class Turns {
  readonly #options: TurnsOptions;
  /** When keys that asked have their turn. */
  readonly #due = new Map<string, number>();
  /** When the line would be empty if turns came one by one. */
  #end = -Infinity;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** How many keys wait for their turn. */
  get size(): number {
    return this.#due.size;
  }

  /** Milliseconds until the key has its turn, which is kept for it; 0 if it has it now, and has used it with that. */
  take(key: string): number {
    const now = this.#options.clock();
    const due = this.#due.get(key) ?? this.#next(now);
    if (due > now) {
      this.#due.set(key, due);
      return due - now;
    }
    this.#due.delete(key);
    return 0;
  }

  /** The key does not need its turn any more. */
  forget(key: string): void {
    this.#due.delete(key);
  }

  #next(now: number): number {
    const { apart, burst } = this.#options;
    this.#end = Math.max(this.#end, now) + apart;
    return Math.max(now, this.#end - apart * burst);
  }
}
