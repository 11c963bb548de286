import { NUDGE_ANNOTATION, PLACEHOLDER_LABEL, SUMMARY_ANNOTATION } from '../model/annotations.js';
import { defined } from '../model/defined.js';
import { metaOf } from '../model/pod.js';
import { list, map, valueAt } from '../model/types.js';
import type { Container, KubernetesObject, Pod } from '../model/types.js';
import { revisionOfPod, targetNodeOf } from '../placeholder/placeholder.js';
import { identityOf, statusOf, type Identity, type PodStatus } from './observed.js';

/** A container of a placeholder's spec. */
export type PlaceholderContainer = Pick<Container, 'name' | 'image' | 'restartPolicy'>;

/** A pod of the DaemonSet controller that never starts, as controllers see it. */
export interface Placeholder extends Identity {
  /** "namespace/name" of its DaemonSet; empty without one. */
  readonly daemonSet: string;
  /** The node that it stands for; empty where none can be told. */
  readonly node: string;
  /** The revision that its node wants. */
  readonly revision: string;
  /** When its revision arrived at its node, in RFC 3339. */
  readonly createdAt: string;
  readonly containers: readonly PlaceholderContainer[];
  readonly initContainers: readonly PlaceholderContainer[];
  readonly status: PodStatus;
  readonly summary: string | undefined;
  readonly nudge: string | undefined;
}

/** A placeholder reduced to what `placeholderOf` reads; its status is all ours. */
export function prunedPlaceholder(pod: Pod): KubernetesObject {
  const meta = metaOf(pod);
  const { name, namespace, uid, ownerReferences, creationTimestamp, deletionTimestamp } = meta;
  const { nodeName, containers, initContainers, affinity } = pod.spec ?? {};
  const { phase, startTime, conditions, containerStatuses, initContainerStatuses } = statusOf(pod);
  return {
    kind: 'Pod',
    metadata: defined({
      ...{ name, namespace, uid, ownerReferences, creationTimestamp, deletionTimestamp },
      resourceVersion: meta['resourceVersion'],
      labels: only(meta.labels, [PLACEHOLDER_LABEL, 'controller-revision-hash']),
      annotations: only(meta.annotations, [SUMMARY_ANNOTATION, NUDGE_ANNOTATION]),
    }),
    spec: defined({
      nodeName,
      affinity,
      containers: containers?.map(bare),
      initContainers: initContainers?.map(bare),
    }),
    status: defined({ phase, startTime, conditions, containerStatuses, initContainerStatuses }),
  };
}

/** @param pod as `prunedPlaceholder` leaves it, or a whole one. */
export function placeholderOf(pod: Pod): Placeholder {
  const { annotations, creationTimestamp } = metaOf(pod);
  const identity = identityOf(pod);
  return {
    ...identity,
    daemonSet: daemonSetOf(identity),
    node: targetNodeOf(pod) ?? '',
    revision: revisionOfPod(pod) ?? '',
    createdAt: creationTimestamp ?? '',
    containers: list(pod.spec?.containers).map(bare),
    initContainers: list(pod.spec?.initContainers).map(bare),
    status: statusOf(pod),
    summary: valueAt(annotations, SUMMARY_ANNOTATION),
    nudge: valueAt(annotations, NUDGE_ANNOTATION),
  };
}

/** "namespace/name" of the DaemonSet that manages a pod; empty if none does. */
export const daemonSetOf = ({ namespace, owner }: Identity): string =>
  owner?.kind === 'DaemonSet' ? `${namespace}/${owner.name ?? ''}` : '';

const bare = ({ name, image, restartPolicy }: Container): PlaceholderContainer =>
  defined({ name, image, restartPolicy });

const only = (
  entries: Parameters<typeof map>[0],
  keys: readonly string[],
): Record<string, string> =>
  Object.fromEntries(Object.entries(map(entries)).filter(([key]) => keys.includes(key)));
