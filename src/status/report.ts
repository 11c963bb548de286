import type { Trouble } from '../core/condition/trouble.js';
import type { PodStatus, Problem } from '../core/findings/judged.js';

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
