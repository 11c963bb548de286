export interface PaceOptions {
  /** Milliseconds between the first write and the second; each further one waits twice as long. */
  readonly first: number;
  /** The most milliseconds between two writes. */
  readonly most: number;
  /** Milliseconds without a write after which the next one is the first again. */
  readonly quiet: number;
}

/** Six writes in the first minute, and then one a minute for as long as somebody keeps undoing them. */
const FAST_THEN_SLOW: PaceOptions = { first: 1_000, most: 60_000, quiet: 300_000 };

/** How fast to write what others may undo at once: at first without any delay, then ever slower. */
export class Pace {
  readonly #options: PaceOptions;
  #writes = 0;
  #latest = -Infinity;

  constructor(options: PaceOptions = FAST_THEN_SLOW) {
    this.#options = options;
  }

  /** Milliseconds to wait before a write. @param now of a clock that only goes forward. */
  wait(now: number): number {
    if (this.#writesAt(now) === 0) return 0;
    const { first, most } = this.#options;
    const due = Math.min(most, first * 2 ** Math.min(this.#writes - 1, 30));
    return Math.max(0, this.#latest + due - now);
  }

  /** Counts a write. @returns how many there have been without a quiet time in between. */
  wrote(now: number): number {
    this.#writes = this.#writesAt(now) + 1;
    this.#latest = now;
    return this.#writes;
  }

  #writesAt(now: number): number {
    return now - this.#latest >= this.#options.quiet ? 0 : this.#writes;
  }
}
