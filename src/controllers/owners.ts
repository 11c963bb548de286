import { budgetsFor, type Budgets } from '../cluster/budgets.js';
import { ofOwner, type InjectedPods } from '../cluster/injected-pods.js';
import { saysReady, type ObservedPod } from '../core/status/observed.js';

export interface OwnersOptions {
  readonly injected: Pick<InjectedPods, 'get' | 'under'>;
  readonly budgets: Budgets;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
}

/** Milliseconds after which a change that nobody has told of is taken for one that came to nothing. */
const ECHO = 10_000;
/** Milliseconds in which the API server counts anew what a budget allows. */
const COUNTED = 2_000;

/**
 * Lets so many pods of one controller be disturbed at once as its PodDisruptionBudgets allow, and one where it has none. A
 * pod without a controller is its own. Several workers may ask; what one was allowed counts for the others at once.
 */
export class Owners {
  readonly #options: OwnersOptions;
  /** What was allowed, and that the watch has not told of, by the pod's key. */
  readonly #taken = new Map<string, Taken>();

  constructor(options: OwnersOptions) {
    this.#options = options;
  }

  /** @returns whether the pod may be disturbed; if so, that counts until the watch has told of it. */
  take(pod: ObservedPod): boolean {
    const mayGo = this.mayTake(pod);
    if (mayGo) this.mark(pod);
    return mayGo;
  }

  /** Whether the pod may be disturbed, as far as can be told before it is. */
  mayTake(pod: ObservedPod): boolean {
    this.#forget();
    if (!isUp(pod)) return true;
    const { budgets } = this.#options;
    const limits = budgetsFor(budgets, pod);
    const open = [...this.#taken.values()];
    return limits.length > 0
      ? limits.every(
          (limit) =>
            open.filter((one) => budgetsFor(budgets, one.pod).includes(limit)).length <
            limit.allowed,
        )
      : this.#isQuiet(pod, open);
  }

  /** Whether a budget says how many may be disturbed. */
  isHeld(pod: ObservedPod): boolean {
    return budgetsFor(this.#options.budgets, pod).length > 0;
  }

  /** Counts a pod that is changed without being asked for. */
  mark(pod: ObservedPod): void {
    this.#taken.set(pod.key, { pod, at: this.#options.clock() });
  }

  /** Whether a change of this pod was allowed, and nobody has told of it yet. */
  isTaken({ key, resourceVersion }: ObservedPod): boolean {
    return this.#taken.get(key)?.pod.resourceVersion === resourceVersion;
  }

  /** Nothing came of it. */
  release({ key }: ObservedPod): void {
    this.#taken.delete(key);
  }

  #isQuiet(pod: ObservedPod, open: readonly Taken[]): boolean {
    const owner = ofOwner(pod);
    const others = this.#options.injected.under(owner).filter(({ key }) => key !== pod.key);
    return (
      others.every((one) => one.isTerminating || isUp(one)) &&
      open.every((one) => one.pod.key === pod.key || ofOwner(one.pod) !== owner)
    );
  }

  /** A budget is counted anew only some time after its pod was seen to be away. */
  #forget(): void {
    const { injected, clock } = this.#options;
    for (const [key, taken] of this.#taken) {
      const { resourceVersion } = injected.get(key) ?? {};
      const isTold = resourceVersion !== taken.pod.resourceVersion;
      if (isTold) taken.toldAt ??= clock();
      const isOver = isTold ? clock() - (taken.toldAt ?? 0) >= COUNTED : clock() - taken.at >= ECHO;
      if (isOver) this.#taken.delete(key);
    }
  }
}

interface Taken {
  readonly pod: ObservedPod;
  readonly at: number;
  toldAt?: number;
}

/** Whether it serves, so that somebody would miss it. */
const isUp = ({ conditions }: ObservedPod): boolean => saysReady(conditions);
