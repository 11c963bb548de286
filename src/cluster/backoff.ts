import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds before the second attempt, as in client-go. */
const FIRST = 800;
/**
 * The most before a later one. client-go waits three times as long for the sake of thousands of clients; a few replicas
 * may rather find out soon that the API server is back.
 */
const MOST = 10_000;

/** The most that an API server may ask for; it asks for a second or a few, and a proxy between may say anything. */
const MOST_ASKED = 60_000;

export interface BackoffOptions {
  /** From 0 to 1, as Math.random gives it. */
  readonly random: () => number;
  /** Milliseconds before the second attempt; those after it wait twice as long each time. */
  readonly first?: number | undefined;
}

/** How long to wait between attempts that fail: twice as long each time, up to ten seconds, and never in step with others. */
export class Backoff {
  readonly #random: () => number;
  readonly #first: number;
  #failures = 0;

  constructor({ random, first = FIRST }: BackoffOptions) {
    this.#random = random;
    this.#first = first;
  }

  /** All is well: the next failure is the first one again. */
  reset(): void {
    this.#failures = 0;
  }

  /**
   * Counts a failure.
   *
   * @param atLeast milliseconds that the API server asked for; a minute at most is heeded.
   * @returns the milliseconds to wait, between a half and the whole of what is due.
   */
  next(atLeast = 0): number {
    const due = Math.min(MOST, this.#first * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    const jitter = (due / 2) * this.#random();
    return Math.max(due / 2, Math.min(atLeast, MOST_ASKED)) + jitter;
  }
}

/** Waits, unless the signal aborts; then it returns at once. */
export async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined);
}
