import { GarbageError, type ApiClient } from './api.js';
import { Backoff, waitFor } from './backoff.js';
import { endingOf } from './endings.js';
import { Problems } from './problems.js';

export interface VersionOptions {
  readonly client: ApiClient;
  /** From 0 to 1, as Math.random gives it. */
  readonly random: () => number;
  readonly observe: {
    /** The version is another one than before, or the first one. */
    changed(version: string): void;
    /** Once for each problem until all is well again. */
    failed(problem: string): void;
  };
  /** Milliseconds between two looks; ten minutes if it is not given. */
  readonly interval?: number;
}

/** API servers are upgraded under way. */
const INTERVAL = 600_000;

/** Asks the API server for its version, until it says it and then from time to time. */
export class ServerVersion {
  readonly #options: VersionOptions;
  readonly #backoff: Backoff;
  readonly #problems = new Problems();
  readonly #stopping = new AbortController();
  #version: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: VersionOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options);
  }

  /** `major.minor`; undefined as long as it is not known. */
  get current(): string | undefined {
    return this.#version;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopped'));
    await this.#running;
  }

  /** Why it is not known yet, for a person; undefined once it is. */
  unready(): string | undefined {
    return this.#version === undefined ? (this.#problems.latest ?? 'not known yet') : undefined;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) await waitFor(await this.#ask(), signal);
  }

  /** @returns the milliseconds until the next time. */
  async #ask(): Promise<number> {
    const { client, observe, interval = INTERVAL, random } = this.#options;
    const { signal } = this.#stopping;
    try {
      const answer = await client.request({ method: 'GET', path: '/version', signal });
      const version = versionOf(answer['gitVersion']);
      this.#backoff.reset();
      this.#problems.over();
      if (version !== this.#version) observe.changed((this.#version = version));
      return interval * (1 + random() / 10);
    } catch (error) {
      const { problem = String(error), retryAfter } = endingOf(error);
      if (!signal.aborted && this.#problems.met(problem)) observe.failed(problem);
      return this.#backoff.next(retryAfter);
    }
  }
}

/** `v1.36.3-gke.1` → `1.36` */
function versionOf(text: unknown): string {
  const version = typeof text === 'string' ? /^v?(\d+\.\d+)/.exec(text)?.[1] : undefined;
  if (version === undefined) throw new GarbageError('/version does not say which one it is');
  return version;
}
