import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks. */
const PAUSE = 100;

export interface Patience {
  /** Milliseconds. */
  readonly timeout?: number;
  /** Throws when it makes no sense to wait any longer. */
  readonly stillHopes?: () => void;
}

/**
 * Looks until there is something to see.
 *
 * @param what is awaited, for the error.
 * @param look returns undefined or false, or throws, as long as it is not there.
 * @throws Error after the timeout (60 s), with what the last look threw as its cause.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { timeout = 60_000, stillHopes }: Patience = {},
): Promise<T> {
  const end = Date.now() + timeout;
  let cause: unknown;
  while (Date.now() < end) {
    stillHopes?.();
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(PAUSE);
  }
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  throw new Error(`gave up after ${timeout / 1000} s waiting for ${what}${why}`, { cause });
}
