import { NodeClass } from '../facts/nodes.js';
import type { NodeSelectorTerm } from '../model/types.js';
import { map } from '../model/types.js';
import {
  EPHEMERAL_CONTAINERS_SINCE,
  NATIVE_SIDECARS_SINCE,
  parseVersion,
  POD_LEVEL_RESOURCES_SINCE,
} from '../model/version.js';
import type { Version } from '../model/version.js';
import type { Profile, VersionRule } from '../profiles/profile.js';
import { promisedProfileOf, strictest } from '../profiles/recognise.js';
import { defaultNodeSelector } from '../scheduling/namespace-selector.js';
import type { Fitting } from './fitting.js';
import { fittingAt } from './fitting.js';
import { pinOf } from './pin.js';
import type { PodReason } from './reasons.js';
import type { Spot } from './spots.js';
import { spotsFor } from './spots.js';
import type { Subject } from './subject.js';

/** What a plan may know of where a pod will run, as far as that can be known before it is bound. */
export interface Ground {
  /** What holds on all the virtual nodes that can take the pod. */
  readonly profile: Profile;
  readonly nativeSidecars: boolean;
  readonly podLevelResources: boolean;
  readonly ephemeralContainers: boolean;
  /** What keeps the pod on virtual nodes, where real nodes can take it as well and that is not wanted. */
  readonly pin: readonly NodeSelectorTerm[];
}

/** Where a pod will run, and what runs there. */
export interface Landing {
  readonly ground: Ground;
  /** A text that differs wherever the ground does. */
  readonly key: string;
  readonly fitting: Fitting;
  /** The virtual nodes. */
  readonly spots: readonly Spot[];
}

/**
 * Where the pod can land: certain for `spec.nodeName` and for what a provider promises, else what the scheduler's
 * filters leave over. It is found once for all pods that ask the same of nodes.
 *
 * @returns the landing, or why the pod is left alone.
 */
export function landingOf(subject: Subject): Landing | PodReason {
  const { pod, spec, namespace, world, settings, facts } = subject;
  const promised =
    (spec.nodeName ?? '') === '' ? promisedProfileOf(pod, settings.profiles) : undefined;
  if (promised !== undefined) {
    return facts.landings.answer(`promised ${promised.name}`, () =>
      at([promise(promised)], subject),
    );
  }
  const bound = spec.nodeName ?? '';
  // Nothing is asked of nodes any more. Kept apart, or pods that run would crowd out those that are made.
  if (bound !== '') return facts.bound.answer(bound, () => at(spotsFor(subject), subject));
  const question = JSON.stringify([
    spec.nodeSelector,
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
    spec.tolerations,
    defaultNodeSelector(world.namespace(namespace)),
  ]);
  return facts.landings.answer(question, () => at(spotsFor(subject), subject));
}

function at(spots: readonly Spot[], subject: Subject): Landing | PodReason {
  const { settings } = subject;
  const virtual = spots.filter(({ nodeClass }) => nodeClass.profile !== undefined);
  const profiles = [...new Set(virtual.flatMap(({ nodeClass }) => nodeClass.profile ?? []))];
  const [first, ...others] = profiles;
  if (first === undefined) return 'no_virtual_node';
  if (profiles.some((profile) => isLeft(profile, subject))) return 'left_to_platform';
  const mixed = virtual.length < spots.length;
  if (mixed && (settings.mixed === 'late' || settings.mixed === 'skip')) return 'mixed_nodes';
  const profile = strictest([first, ...others]);
  const features = {
    nativeSidecars: has(profile.nativeSidecars, NATIVE_SIDECARS_SINCE, virtual, subject),
    podLevelResources: has(profile.podLevelResources, POD_LEVEL_RESOURCES_SINCE, virtual, subject),
    ephemeralContainers: has(
      profile.ephemeralContainers,
      EPHEMERAL_CONTAINERS_SINCE,
      virtual,
      subject,
    ),
    pin: mixed && settings.mixed === 'pin' ? pinOf(virtual) : [],
  };
  return {
    ground: { profile, ...features },
    key: JSON.stringify([profiles.map(({ name }) => name), features]),
    fitting: fittingAt(virtual, subject),
    spots: virtual,
  };
}

/** Whether the platform of such nodes injects by itself, and is left to do so. */
export const isLeft = (
  { action, name }: Profile,
  { settings }: Pick<Subject, 'settings'>,
): boolean => action === 'leave' || settings.leaveToPlatform.includes(name);

/** A node of a provider that makes it after the pod, as far as its profile tells. */
function promise(profile: Profile): Spot {
  const { labels = {}, taints = [] } = profile.promisedNode ?? {};
  const nodeClass = new NodeClass('', profile);
  nodeClass.nodes.set('', {
    kind: 'Node',
    metadata: { name: '', labels: { ...map(labels) } },
    spec: { taints: [...taints] },
  });
  return { nodeClass, nodes: undefined };
}

/**
 * Whether server and nodes have a feature. A node that names no version counts as the server's age: a kubelet that
 * is older than that says so.
 */
function has(
  rule: VersionRule,
  since: Version,
  spots: readonly Spot[],
  { settings }: Subject,
): boolean {
  const server = parseVersion(settings.kubernetesVersion) ?? 0;
  if (rule === 'no' || server < since) return false;
  if (rule === 'yes') return true;
  // All nodes of a class have one version.
  const versions = spots.map(({ nodeClass }) => nodeClass.sample.status?.nodeInfo?.kubeletVersion);
  return versions.every((version) => (parseVersion(version) ?? server) >= since);
}
