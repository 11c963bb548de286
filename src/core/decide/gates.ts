import { map } from '../model/types.js';
import { isMirrorPod, isOwnedByDaemonSet, metaOf } from '../model/pod.js';
import { isGateable, standsForNode } from '../placeholder/admit.js';
import type { PodReason } from './reasons.js';
import type { Subject } from './subject.js';

/** A reason not to inject into a pod, and whether it holds. The order is that of docs/semantics.md. */
type Gate = readonly [reason: PodReason, holds: (subject: Subject) => boolean];

/** Asked in this order, before anything is known of nodes and DaemonSets. The first that holds decides. */
const gates: readonly Gate[] = [
  ['mirror_pod', ({ pod }) => isMirrorPod(pod)],
  ['placeholder', (subject) => isGateable(subject) && standsForNode(subject)],
  ['placeholder_not_gated', standsForNode],
  ['daemonset_pod', ({ pod }) => isOwnedByDaemonSet(pod)],
  ['own_pod', isOwnPod],
  ['pod_opted_out', ({ wishes }) => wishes.optIn === false],
  ['namespace_opted_out', ({ wishes }) => wishes.optIn === undefined && wishes.namespaceOptsOut],
  [
    'kube_system',
    ({ wishes, namespace }) => wishes.optIn === undefined && namespace === 'kube-system',
  ],
  ['host_network', (subject) => uses(subject, 'hostNetwork')],
  ['host_pid', (subject) => uses(subject, 'hostPID')],
  ['share_process_namespace', (subject) => uses(subject, 'shareProcessNamespace')],
];

/**
 * @returns what becomes of the pod whatever is injected into others: why it is left alone, or `placeholder`; undefined
 * to go on.
 */
export const gateFor = (subject: Subject): PodReason | undefined =>
  gates.find(([, holds]) => holds(subject))?.[0];

const uses = (
  { spec, settings }: Subject,
  hostNamespace: Subject['settings']['allowHostNamespaces'][number],
): boolean => spec[hostNamespace] === true && !settings.allowHostNamespaces.includes(hostNamespace);

/** The injector's own namespace and release, so that it never waits for itself. */
function isOwnPod({ pod, namespace, settings: { own } }: Subject): boolean {
  const labels = map(metaOf(pod).labels);
  return (
    own?.namespace === namespace &&
    labels['app.kubernetes.io/name'] === 'ds-injector' &&
    labels['app.kubernetes.io/instance'] === own.release
  );
}
