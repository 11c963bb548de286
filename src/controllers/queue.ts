import { ApiError } from '../cluster/api.js';
import { Backoff } from '../cluster/backoff.js';

/** Hears how the work on keys goes. */
export interface QueueObserver {
  /** How many keys wait for a worker, those that are due later not among them. */
  readonly depth: (keys: number) => void;
  /** A run is over. @param milliseconds that it took. */
  readonly ran: (result: 'done' | 'conflict' | 'failed', milliseconds: number) => void;
  /** A run failed, other than by a conflict. */
  readonly failed: (key: string, error: unknown) => void;
  /** No key is left whose last run failed, after some did. */
  readonly recovered: () => void;
}

export interface QueueOptions {
  /**
   * Brings what the key stands for to what it should be.
   *
   * @returns milliseconds after which it is to run again by itself; undefined if it need not.
   * @throws what the API server says; it is tried again, ever later, and not before the API server wants it.
   */
  readonly work: (key: string, signal: AbortSignal) => Promise<number | undefined>;
  /** How many keys are worked on at a time. */
  readonly workers: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  readonly observe: QueueObserver;
}

/** The longest that a timer of node can wait, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * Work on keys, each of which stands for an object. A key that is added many times runs once, never twice at the same time,
 * and once more if it is added while it runs. One that fails waits, whoever adds it again meanwhile: who writes what the
 * API server refuses is as busy as the object is, otherwise.
 */
export class KeyedQueue {
  readonly #options: QueueOptions;
  /** Keys that are due, oldest first. */
  readonly #ready = new Set<string>();
  readonly #later = new Map<string, Later>();
  readonly #running = new Map<string, Promise<void>>();
  /** When keys are due that were added while they ran. */
  readonly #again = new Map<string, number>();
  readonly #failing = new Map<string, Failing>();
  #signal: AbortSignal | undefined;
  #told = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that wait, or run. */
  get size(): number {
    return this.#ready.size + this.#later.size + this.#running.size;
  }

  /**
   * Adds a key, which may wait already: then the earlier time counts.
   *
   * @param after milliseconds until it is due, in which more may come together.
   */
  add(key: string, after = 0): void {
    const { clock } = this.#options;
    const due = Math.max(clock() + after, this.#failing.get(key)?.until ?? 0);
    if (this.#running.has(key)) this.#again.set(key, Math.min(due, this.#again.get(key) ?? due));
    else if (!this.#ready.has(key)) this.#schedule(key, due);
  }

  /** Works until the signal is aborted, and until the runs under way have ended then. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    this.#fill();
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        signal.addEventListener(
          'abort',
          () => {
            resolve();
          },
          { once: true },
        );
      });
    }
    for (const { timer } of this.#later.values()) clearTimeout(timer);
    this.#later.clear();
    this.#ready.clear();
    this.#failing.clear();
    await Promise.all(this.#running.values());
    this.#again.clear();
  }

  #schedule(key: string, due: number): void {
    const before = this.#later.get(key);
    if (before !== undefined && before.due <= due) return;
    clearTimeout(before?.timer);
    this.#later.delete(key);
    const wait = Math.ceil(due - this.#options.clock());
    if (wait > 0) this.#wait(key, due, wait);
    else this.#enter(key);
  }

  #wait(key: string, due: number, wait: number): void {
    const timer = setTimeout(
      () => {
        this.#later.delete(key);
        this.#schedule(key, due);
      },
      Math.min(wait, LONGEST),
    );
    this.#later.set(key, { due, timer });
  }

  #enter(key: string): void {
    this.#ready.add(key);
    this.#fill();
  }

  #fill(): void {
    const { workers, observe } = this.#options;
    const signal = this.#signal;
    if (signal && !signal.aborted) {
      for (const key of this.#ready) {
        if (this.#running.size >= workers) break;
        this.#ready.delete(key);
        this.#running.set(key, this.#work(key, signal));
      }
    }
    observe.depth(this.#ready.size);
  }

  async #work(key: string, signal: AbortSignal): Promise<void> {
    const { work, clock, observe } = this.#options;
    // The map of runs has to hold this one before it can end.
    await Promise.resolve();
    const began = clock();
    try {
      const after = await work(key, signal);
      this.#running.delete(key);
      this.#succeeded(key);
      observe.ran('done', clock() - began);
      if (after !== undefined) this.#next(key, after);
    } catch (error) {
      this.#running.delete(key);
      if (!signal.aborted) this.#failed(key, error, clock() - began);
    }
    const due = this.#again.get(key);
    this.#again.delete(key);
    if (due !== undefined) this.#next(key, due - clock());
    this.#fill();
  }

  #next(key: string, after: number): void {
    if (this.#signal?.aborted === false) this.add(key, after);
  }

  #succeeded(key: string): void {
    this.#failing.delete(key);
    if (!this.#told || this.#failing.size > 0) return;
    this.#told = false;
    this.#options.observe.recovered();
  }

  #failed(key: string, error: unknown, took: number): void {
    const { random, clock, observe } = this.#options;
    const { status = 0, retryAfter } = error instanceof ApiError ? error : {};
    const backoff = this.#failing.get(key)?.backoff ?? new Backoff({ random });
    this.#failing.set(key, { backoff, until: clock() + backoff.next(retryAfter) });
    // Somebody else was faster; what they wrote is about to be told.
    observe.ran(status === 409 ? 'conflict' : 'failed', took);
    if (status !== 409) {
      this.#told = true;
      observe.failed(key, error);
    }
    this.#next(key, 0);
  }
}

interface Later {
  readonly due: number;
  readonly timer: NodeJS.Timeout;
}

interface Failing {
  readonly backoff: Backoff;
  /** When it may run again at the earliest. */
  readonly until: number;
}
