import type { Node, PodSpec, StringMap, Taint, Toleration } from '../model/types.js';
import { list, map } from '../model/types.js';
import { metaOf, tolerates } from '../model/pod.js';
import { matchesLabels, matchesNodeSelector } from './node-selector.js';

/** Whether a pod can be placed on a node; if not, what is in the way. */
export type Fit = 'fits' | 'not_selected' | { readonly taint: Taint };

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/**
 * What the DaemonSet controller adds to the tolerations of its pods.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
 */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const HOST_NETWORK_TOLERATION: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/**
 * The scheduler's filters on name, labels and taints; resources and spreading do not say where a pod may run.
 *
 * @param selector the namespace's default node selector, which narrows what the pod itself asks for.
 */
export function fitOf(spec: PodSpec, node: Node, selector: Readonly<StringMap>): Fit {
  const { labels, name } = metaOf(node);
  const selected =
    (spec.nodeName ?? '') === '' || spec.nodeName === name
      ? matchesLabels(map(labels), map(spec.nodeSelector)) &&
        matchesLabels(map(labels), selector) &&
        matchesNodeSelector(
          node,
          spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
        )
      : false;
  if (!selected) return 'not_selected';
  const taint = taintsOf(node).find((taint) => keepsOut(taint, list(spec.tolerations)));
  return taint === undefined ? 'fits' : { taint };
}

const taintsOf = (node: Node): readonly Taint[] =>
  node.spec?.unschedulable === true
    ? [...list(node.spec.taints), UNSCHEDULABLE]
    : list(node.spec?.taints);

const keepsOut = (taint: Taint, tolerations: readonly Toleration[]): boolean =>
  (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerates(tolerations, taint);

/** The pod template as the DaemonSet controller judges it: with the tolerations that it adds. */
export const asDaemonPod = (template: PodSpec): PodSpec => ({
  ...template,
  tolerations: [
    ...list(template.tolerations),
    ...DAEMON_TOLERATIONS,
    ...(template.hostNetwork === true ? [HOST_NETWORK_TOLERATION] : []),
  ],
});
