import { formatBytes, formatQuantity, parseQuantity } from '../model/quantity.js';
import { operatingSystemOf } from '../model/pod.js';
import { list } from '../model/types.js';
import type { Container, PodSpec, ResourceRequirements, StringMap } from '../model/types.js';
import type { Ground } from '../decide/landing.js';
import type { Outline } from './outline.js';
import type { Context } from './context.js';
import type { Compute, QosClass } from './qos.js';
import { COMPUTE, hasPodLevelResources, limitOf, qosClassOf, requestOf, sumOf } from './qos.js';

/** Requests and limits alike. */
export type Amounts = Readonly<Record<Compute, string>>;

/** How the injected containers of one pod are sized, so that the pod keeps its QoS class. */
export interface Sizing {
  readonly qos: QosClass;
  /** What the pod as a whole gets, which keeps it Guaranteed whatever its injected containers have. */
  readonly podLevel: Amounts | undefined;
  /** The pod's memory, which no limit of a container may exceed; in nano-units. */
  readonly memoryCap: bigint | undefined;
}

/**
 * What a container of a Guaranteed pod gets where its DaemonSet says nothing and the pod cannot have resources of its
 * own: enough for a log shipper or an exporter, little beside a business that reserves what it uses.
 */
const GUARANTEED_DEFAULTS = { cpu: '100m', memory: '128Mi' } as const;

export function sizingOf({ spec, settings }: Outline, landing: Ground): Sizing {
  const qos = qosClassOf(spec);
  const own = hasPodLevelResources(spec);
  const adds =
    settings.resources === 'zero' &&
    qos === 'Guaranteed' &&
    !own &&
    landing.podLevelResources &&
    operatingSystemOf(spec) !== 'windows';
  const podLevel = adds ? summed(spec) : undefined;
  const memory = podLevel?.memory ?? spec.resources?.limits?.['memory'];
  return { qos, podLevel, memoryCap: parseQuantity(memory) };
}

const summed = (spec: PodSpec): Amounts => ({
  cpu: formatted('cpu', sumOf(spec, 'cpu', limitOf)),
  memory: formatted('memory', sumOf(spec, 'memory', limitOf)),
});

/**
 * Amounts for a pod as a whole that hold what its containers have by now: the API server refuses a pod whose
 * containers request more than it has together, or of which one has a larger limit.
 *
 * @param spec the containers that stay in the pod, those of an earlier pass with the sizes that somebody gave them.
 */
export const holding = (amounts: Amounts, spec: PodSpec): Amounts => ({
  cpu: enough(amounts, spec, 'cpu'),
  memory: enough(amounts, spec, 'memory'),
});

function enough(amounts: Amounts, spec: PodSpec, name: Compute): string {
  const limits = [...list(spec.initContainers), ...list(spec.containers)].map(({ resources }) =>
    limitOf(resources, name),
  );
  const most = [sumOf(spec, name, requestOf), ...limits].reduce((a, b) => (a > b ? a : b));
  return most > (parseQuantity(amounts[name]) ?? 0n) ? formatted(name, most) : amounts[name];
}

const formatted = (name: Compute, amount: bigint): string =>
  name === 'memory' ? formatBytes(amount) : formatQuantity(amount);

/**
 * The requests that a pod with limits of its own gets by default: the sum of its containers' requests where any has
 * one, else the limit. With the zero requests of an injected container in the sum it would be another, and so would
 * the QoS class; so it is written down before. A pod that comes through the API server has them already.
 */
export function defaultedRequests(spec: PodSpec): StringMap {
  const { limits, requests } = spec.resources ?? {};
  const missing = COMPUTE.filter(
    (name) => limits?.[name] !== undefined && requests?.[name] === undefined,
  );
  return Object.fromEntries(
    missing.map((name) => {
      const sum = sumOf(spec, name, requestOf);
      return [name, sum > 0n ? formatted(name, sum) : String(limits?.[name])];
    }),
  );
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
  if (settings.resources === 'keep') {
    if (!hasPodLevelResources(spec)) return container.resources ?? {};
    context.warn('resources_not_kept', 'the pod has resources of its own, so nothing is requested');
  }
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
    ? formatBytes(memoryCap)
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
