import type { ControllerRevision, DaemonSet, KubernetesObject, Node, Pod } from '../model/types.js';
import type { Journal } from './journal.js';

/**
 * What the engine may know besides the request: a read-only picture of the cluster, served from memory.
 *
 * Standalone fills it from manifest files, cluster mode (later) from watches; the engine cannot tell which.
 */
export interface World {
  /** Every DaemonSet, marked or not, ordered by namespace and name. */
  daemonSets(): readonly DaemonSet[];
  nodes(): readonly Node[];
  /** A namespace that the World lacks has no labels and no annotations. */
  namespace(name: string): KubernetesObject | undefined;
  /** The ControllerRevisions that a DaemonSet owns, the newest first. */
  revisions(daemonSet: DaemonSet): readonly ControllerRevision[];
  /**
   * The placeholders of a DaemonSet, in no particular order: pods reduced to their names and times, the revision that
   * they were made from, the node for which they were made (`targetNodeOf`), and the injector's own annotations.
   */
  placeholders(daemonSet: DaemonSet): readonly Pod[];
  /** An object of one of the kinds that a pod refers to by name. */
  find(kind: ReferredKind, namespace: string, name: string): KubernetesObject | undefined;
  /** What has changed, for those who keep what they worked out; a World without one never changes. */
  readonly journal?: Pick<Journal, 'position' | 'since'>;
}

export type ReferredKind = 'ConfigMap' | 'Secret' | 'ServiceAccount';
