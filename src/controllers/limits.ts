import type { ApiClient } from '../cluster/api.js';
import { budgets, budgetsFor, type Budgets } from '../cluster/budgets.js';
import type { InjectedPods } from '../cluster/injected-pods.js';
import { Reflector, type ReflectorOptions, type WatchObserver } from '../cluster/reflector.js';
import { DISRUPTION_BUDGETS } from '../cluster/resources.js';
import { saysReady, type ObservedPod } from '../core/status/observed.js';
import { Owners } from './owners.js';

export interface LimitsOptions extends Pick<ReflectorOptions, 'times'> {
  readonly client: ApiClient;
  readonly injected: Pick<InjectedPods, 'get' | 'under'>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** Makes what hears of the watch of PodDisruptionBudgets. @param count how many are kept. */
  readonly watch: (kind: string, count: () => number) => WatchObserver;
}

/** How many pods may be disturbed: one account for all that the leader does to running pods. */
export class Limits {
  readonly budgets: Budgets = budgets();
  readonly owners: Owners;
  readonly #reflector: Reflector;

  constructor({ client, injected, random, clock, watch, times }: LimitsOptions) {
    this.owners = new Owners({ injected, budgets: this.budgets, clock });
    this.#reflector = new Reflector({
      client,
      random,
      resource: DISRUPTION_BUDGETS,
      sink: this.budgets,
      observe: watch('PodDisruptionBudget', () => this.budgets.count()),
      ...(times && { times }),
    });
  }

  /** Whether all budgets were read. Before that, nothing may be disturbed. */
  get areKnown(): boolean {
    return this.#reflector.unready() === undefined;
  }

  /** Follows the budgets until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#reflector.start();
    await new Promise<void>((resolve) => {
      const end = (): void => {
        resolve();
      };
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
    });
    await this.#reflector.stop();
  }

  /**
   * Since when a budget keeps a pod from being disturbed that will not let go of it by itself.
   *
   * @returns milliseconds since 1970; undefined for a pod that may be disturbed sooner or later.
   */
  blockedSince(pod: ObservedPod): number | undefined {
    // One that serves nobody is disturbed whatever its budgets say.
    if (!saysReady(pod.conditions)) return undefined;
    const since = budgetsFor(this.budgets, pod).flatMap(({ blocksSince }) => blocksSince ?? []);
    return since.length === 0 ? undefined : Math.min(...since);
  }
}
