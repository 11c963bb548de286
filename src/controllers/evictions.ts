import { Backoff } from '../cluster/backoff.js';
import type { Pod } from '../core/model/types.js';

/** Pods of one controller that were evicted, and have not been replaced yet. */
export interface Turn {
  /** One of them, as it was. */
  readonly pod: Pod;
  /** How many pods the controller had. */
  readonly expected: number;
  /** The DaemonSets for which they went, as "namespace/name". */
  readonly daemonSets: Set<string>;
  /** When the latest of them went, in milliseconds of a clock that only goes forward. */
  at: number;
}

export interface EvictionsOptions {
  /** How many controllers may lack a pod at a time. */
  readonly most: number;
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

  constructor(options: EvictionsOptions) {
    this.#options = options;
  }

  turnOf(owner: string): Turn | undefined {
    return this.#turns.get(owner);
  }

  /** Whether another controller may lose a pod. */
  get hasRoom(): boolean {
    return this.#turns.size < this.#options.most;
  }

  /** Whether pods are away that went for a DaemonSet. */
  isTried(daemonSet: string, owner: string): boolean {
    return [...this.#turns].some(
      ([other, { daemonSets }]) => other !== owner && daemonSets.has(daemonSet),
    );
  }

  /** A pod is about to go. */
  open(owner: string, { pod, expected, daemonSets }: Omit<Turn, 'at'>): void {
    const at = this.#options.clock();
    const turn = this.#turns.get(owner);
    if (turn === undefined) this.#turns.set(owner, { pod, expected, daemonSets, at });
    else {
      turn.at = at;
      for (const one of daemonSets) turn.daemonSets.add(one);
    }
  }

  /** All that went have been replaced, or none did. */
  close(owner: string): void {
    this.#turns.delete(owner);
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

  accept(owner: string): void {
    this.#refused.delete(owner);
  }

  giveUp(uid: string, stamp: string): void {
    this.#hopeless.set(uid, stamp);
  }

  isHopeless(uid: string, stamp: string): boolean {
    return this.#hopeless.get(uid) === stamp;
  }

  /** A pod is gone. */
  forget(uid: string): void {
    this.#hopeless.delete(uid);
  }
}
