import type {
  Container,
  NodeSelectorTerm,
  ObjectMeta,
  OwnerReference,
  Pod,
  PodSpec,
  Taint,
  Toleration,
} from './types.js';
import { list, map } from './types.js';

const NO_SPEC: PodSpec = {};
const NO_META: ObjectMeta = {};

/** Questions about a pod, or about a pod template, which has the same parts. */
interface PodLike {
  metadata?: ObjectMeta | null;
  spec?: PodSpec | null;
}

export const specOf = (pod: PodLike): PodSpec => pod.spec ?? NO_SPEC;
export const metaOf = (object: { metadata?: ObjectMeta | null }): ObjectMeta =>
  object.metadata ?? NO_META;

/** The owner that manages the pod; other owners only keep it alive. */
export const controllerOf = (pod: Pod): OwnerReference | undefined =>
  list(metaOf(pod).ownerReferences).find((owner) => owner.controller === true);

export const isOwnedByDaemonSet = (pod: Pod): boolean => {
  const owner = controllerOf(pod);
  return owner?.kind === 'DaemonSet' && (owner.apiVersion ?? 'apps/v1').startsWith('apps/');
};

/** A static pod of a kubelet, shown in the API; the kubelet refuses changes to it. */
export const isMirrorPod = (pod: Pod): boolean =>
  'kubernetes.io/config.mirror' in map(metaOf(pod).annotations);

/** A pod that ends by itself, as those of Jobs do: a plain container that runs on would keep it from ending. */
export const endsByItself = (spec: PodSpec): boolean =>
  spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure';

/** An init container that keeps running beside the others (Kubernetes 1.29 and later). */
export const isNativeSidecar = (container: Container): boolean =>
  container.restartPolicy === 'Always';

/** The terms of a pod's required node affinity. */
export const nodeTermsOf = ({ affinity }: PodSpec): readonly NodeSelectorTerm[] =>
  list(affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms);

/** Every container of a pod; all of them share one space of names. */
export const allContainers = (spec: PodSpec): readonly Container[] => [
  ...list(spec.initContainers),
  ...list(spec.containers),
  ...list(spec.ephemeralContainers),
];

/** The operating system that a pod is for: `spec.os.name`, else what it selects, else linux. */
export const operatingSystemOf = (spec: PodSpec): string =>
  spec.os?.name ?? map(spec.nodeSelector)['kubernetes.io/os'] ?? 'linux';

/**
 * Whether a toleration lets a pod run in spite of a taint.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    (toleration) =>
      isOneOf(toleration.effect, taint.effect) &&
      (toleration.operator === 'Exists'
        ? isOneOf(toleration.key, taint.key)
        : equalsTaint(toleration, taint)),
  );
}

/** An empty effect stands for all effects; so does an empty key with the operator Exists. */
const isOneOf = (tolerated: string | undefined, actual: string): boolean =>
  (tolerated ?? '') === '' || tolerated === actual;

const equalsTaint = ({ key, operator, value }: Toleration, taint: Taint): boolean =>
  key === taint.key && (operator ?? 'Equal') === 'Equal' && (value ?? '') === (taint.value ?? '');
