import { ofDaemonSet, type InjectedPods } from '../cluster/injected-pods.js';
import type { Facts } from '../core/facts/facts.js';
import { isEphemeral } from '../core/record/record.js';
import { isOver, type ObservedPod } from '../core/status/observed.js';

/**
 * Pods that have, at a time, a revision as ephemeral containers that is not proven: they can never be rid of it, and for a
 * proof one of them is enough.
 */
const MOST = 10;
/** Milliseconds for which it is not counted anew what the watch shows: it is asked for each pod. */
const COUNTED = 1_000;

interface Counted {
  readonly at: number;
  readonly pods: ReadonlySet<string>;
}

/** Where a DaemonSet would go: into a pod on a node. */
export interface TrialQuestion {
  /** DaemonSets as "namespace/name". */
  readonly daemonSets: readonly string[];
  readonly node: string;
  readonly facts: Facts;
}

/** Which pods try revisions that nobody knows yet. */
export class LateTrials {
  readonly #injected: Pick<InjectedPods, 'under'>;
  readonly #clock: () => number;
  readonly #counted = new Map<string, Counted>();
  /** By revisions, the pods that try them; those that the watch shows are left out when it is counted. */
  readonly #entered = new Map<string, Set<string>>();

  /** @param clock milliseconds that only go forward. */
  constructor(injected: Pick<InjectedPods, 'under'>, clock: () => number) {
    this.#injected = injected;
    this.#clock = clock;
  }

  /** Revisions of which something is remembered. */
  get size(): number {
    return this.#entered.size;
  }

  /** @returns those DaemonSets that enough other pods try at the moment. */
  full(pod: string, { daemonSets, node, facts }: TrialQuestion): ReadonlySet<string> {
    return new Set(
      daemonSets.filter((daemonSet) => {
        const revision = revisionOnTrial(daemonSet, node, facts);
        return revision !== undefined && this.#others(pod, daemonSet, revision) >= MOST;
      }),
    );
  }

  /** A pod gets these now; until it is told otherwise, or the watch shows it. */
  enter(pod: string, { daemonSets, node, facts }: TrialQuestion): void {
    for (const daemonSet of daemonSets) {
      const revision = revisionOnTrial(daemonSet, node, facts);
      if (revision === undefined) continue;
      const trial = trialOf(daemonSet, revision);
      this.#entered.set(trial, (this.#entered.get(trial) ?? new Set()).add(pod));
    }
  }

  /** A pod is gone, or got nothing after all. */
  leave(pod: string): void {
    for (const [trial, pods] of this.#entered) {
      pods.delete(pod);
      if (pods.size === 0) this.#entered.delete(trial);
    }
  }

  #others(pod: string, daemonSet: string, revision: string): number {
    const trial = trialOf(daemonSet, revision);
    const shown = this.#shown(daemonSet, revision);
    const entered = this.#entered.get(trial) ?? new Set();
    for (const one of shown) entered.delete(one);
    if (entered.size === 0) this.#entered.delete(trial);
    const all = shown.size + entered.size;
    return shown.has(pod) || entered.has(pod) ? all - 1 : all;
  }

  /** The pods that have it, or are promised it, as the watch has it. */
  #shown(daemonSet: string, revision: string): ReadonlySet<string> {
    const trial = trialOf(daemonSet, revision);
    const known = this.#counted.get(trial);
    const now = this.#clock();
    if (known !== undefined && now - known.at < COUNTED) return known.pods;
    for (const [one, { at }] of this.#counted) {
      if (now - at >= COUNTED) this.#counted.delete(one);
    }
    const pods = this.#injected
      .under(ofDaemonSet(daemonSet))
      .filter((one) => hasLate(one, daemonSet, revision))
      .map(({ key }) => key);
    const counted = { at: now, pods: new Set(pods) };
    this.#counted.set(trial, counted);
    return counted.pods;
  }
}

const trialOf = (daemonSet: string, revision: string): string => `${daemonSet} ${revision}`;

const hasLate = (pod: ObservedPod, daemonSet: string, revision: string): boolean =>
  !isOver(pod) &&
  (pod.record?.daemonSets ?? []).some(
    (one) =>
      `${one.namespace}/${one.name}` === daemonSet && one.revision === revision && isEphemeral(one),
  );

/** The revision that a pod would get; undefined where one is proven, as the pod gets that. */
function revisionOnTrial(
  key: string,
  node: string,
  { daemonSets, wanted, settings }: Facts,
): string | undefined {
  const blueprint = daemonSets.find(key);
  if (!settings.placeholders || blueprint === undefined) return undefined;
  if (daemonSets.standingOf(blueprint).proven.length > 0) return undefined;
  return wanted.of(blueprint)?.at(node) ?? daemonSets.revisionOf(blueprint);
}
