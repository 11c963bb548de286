import { isNativeSidecar } from '../model/pod.js';
import { parseQuantity } from '../model/quantity.js';
import { list } from '../model/types.js';
import type { Container, PodSpec, ResourceRequirements } from '../model/types.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The two resources that decide the class. */
export const COMPUTE = ['cpu', 'memory'] as const;
export type Compute = (typeof COMPUTE)[number];

/** In nano-units; zero and absent are the same to the class. */
export const limitOf = (
  resources: ResourceRequirements | null | undefined,
  name: Compute,
): bigint => parseQuantity(resources?.limits?.[name]) ?? 0n;

/** A request that is absent defaults to the limit. */
export const requestOf = (
  resources: ResourceRequirements | null | undefined,
  name: Compute,
): bigint => parseQuantity(resources?.requests?.[name]) ?? limitOf(resources, name);

/**
 * The QoS class that Kubernetes will give a pod.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
 */
export function qosClassOf(spec: PodSpec): QosClass {
  const parts = hasPodLevelResources(spec)
    ? [spec.resources]
    : [...list(spec.initContainers), ...list(spec.containers)].map(({ resources }) => resources);
  const asks = parts.some((part) =>
    COMPUTE.some((name) => requestOf(part, name) > 0n || limitOf(part, name) > 0n),
  );
  if (!asks) return 'BestEffort';
  const guaranteed = parts.every((part) =>
    COMPUTE.every(
      (name) => limitOf(part, name) > 0n && requestOf(part, name) === limitOf(part, name),
    ),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

export const hasPodLevelResources = ({ resources }: PodSpec): boolean =>
  COMPUTE.some((name) => limitOf(resources, name) > 0n || requestOf(resources, name) > 0n);

/**
 * What the containers of a pod have together, in nano-units: all that run side by side, or an init container with the
 * sidecars that run by then, whichever is more.
 *
 * @param amountOf `limitOf` or `requestOf`.
 */
export function sumOf(spec: PodSpec, name: Compute, amountOf: typeof limitOf): bigint {
  const amount = ({ resources }: Container): bigint => amountOf(resources, name);
  let sidecars = 0n;
  let peak = 0n;
  for (const container of list(spec.initContainers)) {
    if (isNativeSidecar(container)) sidecars += amount(container);
    else if (sidecars + amount(container) > peak) peak = sidecars + amount(container);
  }
  const running = list(spec.containers).reduce((sum, one) => sum + amount(one), sidecars);
  return running > peak ? running : peak;
}
