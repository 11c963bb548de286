import type { Operation } from './patch/operation.js';
import type { DaemonSetReason, PodReason, WarningCode } from './decide/reasons.js';

/**
 * Where an injected container went: see "Where" in docs/semantics.md. One that is `ephemeral` is added once the pod is
 * bound, and whatever it does counts neither for the pod's start nor for its readiness.
 */
export type Placement = 'init' | 'native' | 'plain' | 'ephemeral';

export interface InjectedContainer {
  /** The container's name in the DaemonSet. */
  readonly container: string;
  /** Its name in the pod: what to type after `-c`. */
  readonly injectedAs: string;
  readonly placement: Placement;
}

export interface DaemonSetVerdict {
  readonly namespace: string;
  readonly name: string;
  readonly decision: 'inject' | 'skip';
  readonly reason: DaemonSetReason;
  /** The particulars: which port, which path. Never a value that could be a secret. */
  readonly detail?: string;
  readonly containers: readonly InjectedContainer[];
}

/** Something that the user should know: it goes into the AdmissionReview's warnings, stderr and a metric. */
export interface Warning {
  readonly code: WarningCode;
  /** A sentence for a person. */
  readonly message: string;
}

/** Containers go in, the pod is left as it is, or it is made a placeholder. A closed list: the label of a metric. */
export type Decision = 'inject' | 'skip' | 'gate';

/** What the engine says of one pod. */
export interface Outcome {
  readonly decision: Decision;
  readonly reason: PodReason;
  readonly detail?: string;
  readonly daemonSets: readonly DaemonSetVerdict[];
  /** How many more marked DaemonSets there are, none of which has to do with the pod; absent for none. */
  readonly unnamed?: number;
  readonly warnings: readonly Warning[];
  /** A JSON Patch against the pod as it was given; empty when there is nothing to change. */
  readonly operations: readonly Operation[];
}

/** A pod that is left as it is, with what could be said of it so far. */
export const skipped = (
  reason: PodReason,
  warnings: readonly Warning[] = [],
  detail?: string,
): Outcome => ({
  decision: 'skip',
  reason,
  ...(detail === undefined ? {} : { detail }),
  daemonSets: [],
  warnings,
  operations: [],
});

/** A pod that becomes the placeholder of a virtual node. */
export const gated = (
  operations: readonly Operation[],
  warnings: readonly Warning[] = [],
): Outcome => ({
  decision: 'gate',
  reason: 'placeholder',
  daemonSets: [],
  warnings,
  operations,
});
