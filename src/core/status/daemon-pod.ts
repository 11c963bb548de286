import { defined } from '../model/defined.js';
import { metaOf } from '../model/pod.js';
import type { KubernetesObject, Pod } from '../model/types.js';
import { targetNodeOf } from '../placeholder/placeholder.js';
import { conditionIn, identityOf, saysReady, statusOf, type Identity } from './observed.js';
import { daemonSetOf } from './placeholder.js';

/** A pod of the DaemonSet controller, as far as it matters whether it may go. */
export interface DaemonPod extends Identity {
  /** "namespace/name" of its DaemonSet. */
  readonly daemonSet: string;
  /** The node that it is on, or is for. */
  readonly node: string;
  readonly isReady: boolean;
}

/** A pod reduced to what `daemonPodOf` reads: real nodes have one for each DaemonSet. */
export function prunedDaemonPod(pod: Pod): KubernetesObject {
  const { name, namespace, uid, ownerReferences, deletionTimestamp } = metaOf(pod);
  const ready = conditionIn(statusOf(pod).conditions, 'Ready');
  const node = targetNodeOf(pod);
  return {
    kind: 'Pod',
    metadata: defined({ name, namespace, uid, ownerReferences, deletionTimestamp }),
    spec: defined({ nodeName: node }),
    status: { conditions: ready ? [{ type: 'Ready', status: ready.status }] : [] },
  };
}

/** @param pod as `prunedDaemonPod` leaves it, or a whole one. */
export function daemonPodOf(pod: Pod): DaemonPod {
  const identity = identityOf(pod);
  return {
    ...identity,
    daemonSet: daemonSetOf(identity),
    node: targetNodeOf(pod) ?? '',
    isReady: saysReady(statusOf(pod).conditions),
  };
}
