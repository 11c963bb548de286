import { list, map } from '../model/types.js';
import {
  controllerOf,
  isMirrorPod,
  isOwnedByDaemonSet,
  metaOf,
  nodeTermsOf,
  specOf,
} from '../model/pod.js';
import type { PodReason } from './reasons.js';
import type { Subject } from './subject.js';

/** A reason to leave a pod alone, and whether it holds. The order is that of docs/semantics.md. */
type Gate = readonly [reason: PodReason, holds: (subject: Subject) => boolean];

/** Asked in this order, before anything is known of nodes and DaemonSets. The first that holds decides. */
const gates: readonly Gate[] = [
  ['mirror_pod', ({ pod }) => isMirrorPod(pod)],
  ['placeholder_not_gated', isPlaceholder],
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

/** @returns why the pod is left alone whatever nodes and DaemonSets there are; undefined to go on. */
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

/** A pod that the DaemonSet controller made for one virtual node: it aims at the node by its name. */
function isPlaceholder(subject: Subject): boolean {
  if (!isOwnedByDaemonSet(subject.pod)) return false;
  const { facts, pod, namespace } = subject;
  const owner = facts.daemonSets.find(`${namespace}/${controllerOf(pod)?.name ?? ''}`);
  const target = facts.nodes.named(targetNodeOf(subject) ?? '');
  return owner?.marked === true && target?.nodeClass.profile !== undefined;
}

/** `matchFields metadata.name`, by which the DaemonSet controller aims, or a node name that is already set. */
function targetNodeOf({ pod }: Subject): string | undefined {
  const spec = specOf(pod);
  const terms = nodeTermsOf(spec);
  const aims = terms
    .flatMap((term) => list(term.matchFields))
    .filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
    .flatMap(({ values }) => list(values));
  return spec.nodeName ?? aims[0];
}
