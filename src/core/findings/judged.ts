import type { ContainerReport } from '../condition/containers.js';

/** A pod and what was injected into it. */
export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  /** Empty while it is not bound. */
  readonly node: string;
  readonly phase: string;
  readonly injected: readonly InjectedDaemonSet[];
  readonly absent: readonly AbsentDaemonSet[];
}

/** A DaemonSet that is in a pod. */
export interface InjectedDaemonSet {
  /** "namespace/name". */
  readonly daemonSet: string;
  /** The one that its record names. */
  readonly revision: string;
  /** Empty where none is: its DaemonSet is gone. */
  readonly wanted: string;
  readonly outdated: boolean;
  readonly ready: boolean;
  readonly containers: readonly ContainerReport[];
}

/** A DaemonSet that is not in a pod, and why. */
export interface AbsentDaemonSet {
  readonly daemonSet: string;
  /** A reason of a DaemonSet or of a pod; `missed` where nothing speaks against it. */
  readonly reason: string;
  readonly detail?: string;
}

/**
 * What is not as the webhook would have made it.
 * - `missed`: a pod lacks a DaemonSet although nothing speaks against it.
 * - `forged`: a pod's record names what the injector would not have made.
 * - `misplaced`: an injected pod runs on a node that is not virtual.
 * - `orphaned`: a pod has containers of a DaemonSet that is gone, or does not go into it any more.
 */
export type ProblemKind = 'missed' | 'forged' | 'misplaced' | 'orphaned';

export interface Problem {
  readonly kind: ProblemKind;
  /** "namespace/name". */
  readonly pod: string;
  readonly node: string;
  readonly daemonSet: string;
  readonly detail?: string;
}

const ELSEWHERE: ReadonlySet<string> = new Set(['node_not_selected', 'taint_not_tolerated']);

/** Whether a reason says that a DaemonSet does not run on a node, so that its pods are none of theirs. */
export const isElsewhere = (reason: string): boolean => ELSEWHERE.has(reason);

/** In the order in which they are told. */
export const PROBLEM_KINDS: readonly ProblemKind[] = ['missed', 'forged', 'misplaced', 'orphaned'];
