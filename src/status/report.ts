import type { ContainerReport } from '../core/condition/containers.js';
import type { Trouble } from '../core/condition/trouble.js';

/** What becomes of marked DaemonSets on virtual nodes. `docs/status.md` describes it for scripts. */
export interface StatusReport {
  /** By namespace and name. */
  readonly daemonSets: readonly DaemonSetStatus[];
  /** Pods that were asked for by name. */
  readonly pods: readonly PodStatus[];
  readonly problems: readonly Problem[];
}

/** A marked DaemonSet, or one that is still in pods. */
export interface DaemonSetStatus {
  readonly namespace: string;
  readonly name: string;
  /** The revision of its template; empty for one that is gone. */
  readonly newest: string;
  /** The virtual nodes where it runs, or is in pods, by name. */
  readonly nodes: readonly NodeStatus[];
}

/** A DaemonSet on a virtual node. */
export interface NodeStatus extends Counts {
  readonly node: string;
  /** The revision that the node's placeholder has; without a placeholder, the newest. */
  readonly wanted: string;
  readonly placeholder?: { readonly name: string; readonly ready: boolean };
  /** The worst that there is, with its pod. */
  readonly trouble?: TroubleInPod;
}

/** Pods of a virtual node, counted for a DaemonSet. */
export interface Counts {
  /** With its containers, as far as their record is believed. */
  readonly injected: number;
  /** Of these, those in which all of its containers are ready. */
  readonly ready: number;
  /** Of these, those that another revision would change. */
  readonly outdated: number;
  /** Without it, by the reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Without it, although nothing speaks against it. */
  readonly missed: number;
}

export interface TroubleInPod extends Trouble {
  /** "namespace/name". */
  readonly pod: string;
}

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
