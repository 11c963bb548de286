import { formatQuantity, parseQuantity } from '../model/quantity.js';
import { operatingSystemOf } from '../model/pod.js';
import type { Container, PodSpec, ResourceRequirements } from '../model/types.js';
import type { Landing } from '../decide/landing.js';
import type { Subject } from '../decide/subject.js';
import type { Context } from './context.js';
import type { QosClass } from './qos.js';
import { COMPUTE, hasPodLevelResources, qosClassOf, sumOfLimits } from './qos.js';

/** How the injected containers of one pod are sized, so that the pod keeps its QoS class. */
export interface Sizing {
  readonly qos: QosClass;
  /** `spec.resources` to add, which keeps a pod Guaranteed whatever its injected containers have. */
  readonly podLevel: ResourceRequirements | undefined;
  /** The pod's memory, which no limit of a container may exceed; in nano-units. */
  readonly memoryCap: bigint | undefined;
}

/**
 * What a container of a Guaranteed pod gets where its DaemonSet says nothing and the pod cannot have resources of its
 * own: enough for a log shipper or an exporter, little beside a business that reserves what it uses.
 */
const GUARANTEED_DEFAULTS = { cpu: '100m', memory: '128Mi' } as const;

export function sizingOf({ spec, settings }: Subject, landing: Landing): Sizing {
  const qos = qosClassOf(spec);
  const own = hasPodLevelResources(spec);
  const adds =
    settings.resources === 'zero' &&
    qos === 'Guaranteed' &&
    !own &&
    landing.podLevelResources &&
    operatingSystemOf(spec) !== 'windows';
  const podLevel = adds ? summed(spec) : undefined;
  const memory = (podLevel ?? spec.resources)?.limits?.['memory'];
  return { qos, podLevel, memoryCap: parseQuantity(memory) };
}

function summed(spec: PodSpec): ResourceRequirements {
  const sum = Object.fromEntries(
    COMPUTE.map((name) => [name, formatQuantity(sumOfLimits(spec, name))]),
  );
  return { limits: { ...sum }, requests: { ...sum } };
}

/**
 * Seed 001: what a DaemonSet asks for neither schedules nor costs. Absent is not zero: LimitRanger fills in what is
 * absent, an autoscaler stops and a quota refuses the pod, so zero is written down.
 */
export function resourcesOf(
  container: Container,
  sizing: Sizing,
  context: Context,
): ResourceRequirements {
  const { settings, spec } = context.subject;
  if (settings.resources === 'keep') return container.resources ?? {};
  const alone = sizing.qos === 'Guaranteed' && sizing.podLevel === undefined;
  if (alone && !hasPodLevelResources(spec)) return guaranteed(container, context);
  return {
    requests: { cpu: '0', memory: '0' },
    limits: { cpu: '0', memory: memoryLimit(container, sizing) },
  };
}

/** The DaemonSet's memory limit stays, or its leak would be the business's out-of-memory. */
function memoryLimit({ resources }: Container, { qos, memoryCap }: Sizing): string {
  const limit = resources?.limits?.['memory'];
  const nanos = parseQuantity(limit);
  // A limit would lift the pod out of BestEffort.
  if (nanos === undefined || nanos <= 0n || qos === 'BestEffort') return '0';
  return memoryCap !== undefined && memoryCap > 0n && nanos > memoryCap
    ? formatQuantity(memoryCap)
    : String(limit);
}

function guaranteed(container: Container, context: Context): ResourceRequirements {
  const { limits, requests } = container.resources ?? {};
  const amounts = Object.fromEntries(
    COMPUTE.map((name) => [
      name,
      positive(limits?.[name]) ?? positive(requests?.[name]) ?? GUARANTEED_DEFAULTS[name],
    ]),
  );
  context.warn(
    'guaranteed_by_limits',
    `container ${container.name} has requests equal to its limits, because the pod is Guaranteed`,
  );
  return { limits: { ...amounts }, requests: { ...amounts } };
}

const positive = (quantity: string | number | undefined): string | undefined =>
  (parseQuantity(quantity) ?? 0n) > 0n ? String(quantity) : undefined;
