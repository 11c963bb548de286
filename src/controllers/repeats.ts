/**
 * Milliseconds after which something is tried again that did not help: whoever makes the same pod again as before, because
 * the webhook is away or is not asked, would make it each time.
 */
const AGAIN = [0, 60_000, 600_000, 3_600_000] as const;

/** Milliseconds in which something comes of a try. */
const OPEN = 60_000;

/** Keeps what does not help from being done again and again. */
export class Repeats {
  readonly #clock: () => number;
  readonly #tried = new Map<string, { times: number; at: number }>();

  /** @param clock milliseconds that only go forward. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Milliseconds until it may be tried. */
  wait(key: string): number {
    const { times, at } = this.#tried.get(key) ?? { times: 0, at: 0 };
    const pause = AGAIN[Math.min(times, AGAIN.length - 1)] ?? 0;
    return Math.max(0, times === 0 ? 0 : at + pause - this.#clock());
  }

  tried(key: string): void {
    const { times } = this.#tried.get(key) ?? { times: 0 };
    this.#tried.set(key, { times: times + 1, at: this.#clock() });
  }

  /** What follows a prefix in the keys that were tried of late, and of which nothing came yet. */
  open(prefix: string): readonly string[] {
    return [...this.#tried]
      .filter(([key, { at }]) => key.startsWith(prefix) && this.#clock() - at < OPEN)
      .map(([key]) => key.slice(prefix.length));
  }

  /** It helped. */
  settled(key: string): void {
    this.#tried.delete(key);
  }
}
