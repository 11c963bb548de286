import { Backoff } from '../cluster/backoff.js';
import type { Remedy } from '../core/findings/anew.js';
import type { Pod } from '../core/model/types.js';
import { Repeats } from './repeats.js';

/** What pods of a controller are evicted for. */
export type Reason = Pick<Remedy, 'cause' | 'daemonSet'>;

/** Pods of one controller that were evicted, and have not been replaced yet. */
export interface Turn {
  /** One of them, as it was. */
  readonly pod: Pod;
  /** How many pods the controller had. */
  readonly expected: number;
  /** The uids of those that it had; any other is a replacement. */
  readonly before: ReadonlySet<string>;
  /** The DaemonSets for which they went, as "namespace/name". */
  readonly daemonSets: Set<string>;
  /** For what they went, those left out that the API server did not let go. */
  readonly reasons: Map<string, Reason>;
  /** When the latest of them went, in milliseconds of a clock that only goes forward. */
  at: number;
}

export interface EvictionsOptions {
  /** How many controllers may lack a pod at a time. */
  readonly most: number;
  /** Milliseconds after which a controller that still lacks pods keeps others waiting no longer. */
  readonly progressDeadline: number;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** What a leader remembers of evictions, by the uid of the controller. */
export class Evictions {
  readonly #options: EvictionsOptions;
  readonly #turns = new Map<string, Turn>();
  readonly #refused = new Map<string, { readonly backoff: Backoff; until: number }>();
  /** Pods that would come back the same, and what that followed from. */
  readonly #hopeless = new Map<string, string>();
  readonly #repeats: Repeats;
  /** When something was tried that has not helped yet, by its key. */
  readonly #tried = new Map<string, number>();

  constructor(options: EvictionsOptions) {
    this.#options = options;
    this.#repeats = new Repeats(options.clock);
  }

  turnOf(owner: string): Turn | undefined {
    return this.#turns.get(owner);
  }

  /** Whether pods have not been replaced in the time that they have for it; its controller may be stuck. */
  isLate({ at }: Pick<Turn, 'at'>): boolean {
    return this.#options.clock() - at >= this.#options.progressDeadline;
  }

  /** Whether another controller may lose a pod; those that are stuck do not count, or ten of them would stop all. */
  get hasRoom(): boolean {
    return this.#open().length < this.#options.most;
  }

  /** Whether pods are away that went for a DaemonSet, and may still show whether that was well. */
  isTried(daemonSet: string, owner: string): boolean {
    return this.#open().some(
      ([other, { daemonSets }]) => other !== owner && daemonSets.has(daemonSet),
    );
  }

  #open(): readonly (readonly [string, Turn])[] {
    return [...this.#turns].filter(([, turn]) => !this.isLate(turn));
  }

  /** A pod is about to go. */
  open(
    owner: string,
    { daemonSets, ...opened }: Pick<Turn, 'pod' | 'expected' | 'before' | 'daemonSets'>,
  ): void {
    const at = this.#options.clock();
    const turn = this.#turns.get(owner);
    if (turn === undefined) {
      this.#turns.set(owner, { ...opened, daemonSets, reasons: new Map(), at });
    } else {
      turn.at = at;
      for (const one of daemonSets) turn.daemonSets.add(one);
    }
  }

  /** All that went have been replaced, or none did. @param helped whether a replacement is as it should be. */
  close(owner: string, helped: (reason: Reason) => boolean): void {
    for (const [key, reason] of this.#turns.get(owner)?.reasons ?? []) {
      if (helped(reason)) this.#settle(key);
    }
    this.#turns.delete(owner);
  }

  /**
   * Milliseconds until a controller may lose a pod for one of these reasons: what did not help the last time, because the
   * webhook is away, would not help the next time either.
   */
  pause(owner: string, reasons: readonly Reason[]): number {
    const tried = this.#turns.get(owner)?.reasons;
    const waits = reasons.map((reason) => {
      const key = keyOf(owner, reason);
      return tried?.has(key) === true ? 0 : this.#repeats.wait(key);
    });
    return Math.min(...waits);
  }

  /** The API server let nobody go. @param retryAfter milliseconds that it asked for. */
  refuse(owner: string, retryAfter: number | undefined): number {
    const { clock, random } = this.#options;
    const backoff = this.#refused.get(owner)?.backoff ?? new Backoff({ random });
    const wait = backoff.next(retryAfter);
    this.#refused.set(owner, { backoff, until: clock() + wait });
    return wait;
  }

  /** Milliseconds until it may be tried again after a refusal. */
  wait(owner: string): number {
    return Math.max(0, (this.#refused.get(owner)?.until ?? 0) - this.#options.clock());
  }

  /** A pod goes. Those that go with it, as a budget allows, are one try. */
  accept(owner: string, reasons: readonly Reason[]): void {
    this.#refused.delete(owner);
    this.#prune();
    const tried = this.#turns.get(owner)?.reasons;
    for (const reason of reasons) {
      const key = keyOf(owner, reason);
      if (tried?.has(key) !== true) this.#repeats.tried(key);
      this.#tried.set(key, this.#options.clock());
      tried?.set(key, reason);
    }
  }

  giveUp(uid: string, stamp: string): void {
    this.#hopeless.set(uid, stamp);
  }

  isHopeless(uid: string, stamp: string): boolean {
    return this.#hopeless.get(uid) === stamp;
  }

  /** A pod is gone, or something else is known of it. */
  forget(uid: string): void {
    this.#hopeless.delete(uid);
  }

  /** No pod of a controller has to go. What did not help is kept: who comes next may be the same again. */
  rest(owner: string): void {
    this.#refused.delete(owner);
  }

  /** Pods and controllers of which something is remembered. */
  get size(): number {
    return this.#turns.size + this.#refused.size + this.#hopeless.size + this.#tried.size;
  }

  #settle(key: string): void {
    this.#repeats.settled(key);
    this.#tried.delete(key);
  }

  #prune(): void {
    for (const [key, at] of this.#tried) {
      if (this.#options.clock() - at >= KEPT) this.#settle(key);
    }
  }
}

/** Milliseconds for which it is kept what did not help: longer than the longest pause. */
const KEPT = 2 * 3_600_000;

const keyOf = (owner: string, { cause, daemonSet }: Reason): string =>
  [owner, cause, daemonSet].join(' ');
