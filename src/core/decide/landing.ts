import type { Node } from '../model/types.js';
import type { NodeFacts } from '../facts.js';
import {
  NATIVE_SIDECARS_SINCE,
  parseVersion,
  POD_LEVEL_RESOURCES_SINCE,
} from '../model/version.js';
import type { Version } from '../model/version.js';
import type { Profile, VersionRule } from '../profiles/profile.js';
import { promisedProfileOf, strictest } from '../profiles/recognise.js';
import { fitOf } from '../scheduling/fit.js';
import { defaultNodeSelector } from '../scheduling/namespace-selector.js';
import type { PodReason } from './reasons.js';
import type { Subject } from './subject.js';

/** Where a pod will run, as far as it can be known before it is bound. */
export interface Landing {
  /** The virtual nodes that can take the pod; for a promised one, what it will look like. */
  readonly nodes: readonly Node[];
  /** What holds on all of them. */
  readonly profile: Profile;
  readonly nativeSidecars: boolean;
  readonly podLevelResources: boolean;
  /** Whether real nodes can take the pod as well. */
  readonly mixed: boolean;
}

/**
 * Where the pod can land: certain for `spec.nodeName` and for what a provider promises, else what the scheduler's
 * filters leave over.
 *
 * @returns the landing, or why the pod is left alone.
 */
export function landingOf(subject: Subject): Landing | PodReason {
  const { pod, spec, settings } = subject;
  const promised =
    (spec.nodeName ?? '') === '' ? promisedProfileOf(pod, settings.profiles) : undefined;
  const candidates = promised === undefined ? feasible(subject) : [promise(promised)];
  const virtual = candidates.filter(isVirtual);
  const profiles = [...new Set(virtual.map(({ profile }) => profile))];
  const [first, ...others] = profiles;
  if (first === undefined) return 'no_virtual_node';
  if (profiles.some((profile) => isLeft(profile, subject))) return 'left_to_platform';
  const mixed = virtual.length < candidates.length;
  if (mixed && (settings.mixed === 'late' || settings.mixed === 'skip')) return 'mixed_nodes';
  const profile = strictest([first, ...others]);
  const nodes = virtual.map(({ node }) => node);
  return {
    nodes,
    profile,
    mixed,
    nativeSidecars: has(profile.nativeSidecars, NATIVE_SIDECARS_SINCE, nodes, subject),
    podLevelResources: has(profile.podLevelResources, POD_LEVEL_RESOURCES_SINCE, nodes, subject),
  };
}

interface VirtualNode {
  readonly node: Node;
  readonly profile: Profile;
}

const isVirtual = (facts: NodeFacts): facts is VirtualNode => facts.profile !== undefined;

const isLeft = ({ action, name }: Profile, { settings }: Subject): boolean =>
  action === 'leave' || settings.leaveToPlatform.includes(name);

/** A bound pod is not filtered any more: the kubelet of its node takes it or refuses it. */
function feasible({ spec, namespace, world, facts }: Subject): readonly NodeFacts[] {
  const name = spec.nodeName ?? '';
  if (name !== '') return facts.nodes.filter(({ node }) => node.metadata?.name === name);
  const selector = defaultNodeSelector(world.namespace(namespace));
  return facts.nodes.filter(({ node }) => fitOf(spec, node, selector) === 'fits');
}

function promise(profile: Profile): VirtualNode {
  const { labels = {}, taints = [] } = profile.promisedNode ?? {};
  return {
    profile,
    node: {
      kind: 'Node',
      metadata: { name: '', labels: { ...labels } },
      spec: { taints: [...taints] },
    },
  };
}

/**
 * Whether server and nodes have a feature. A node that names no version counts as the server's age: a kubelet that
 * is older than that says so.
 */
function has(
  rule: VersionRule,
  since: Version,
  nodes: readonly Node[],
  { settings }: Subject,
): boolean {
  const server = parseVersion(settings.kubernetesVersion) ?? 0;
  if (rule === 'no' || server < since) return false;
  return (
    rule === 'yes' ||
    nodes.every((node) => (parseVersion(node.status?.nodeInfo?.kubeletVersion) ?? server) >= since)
  );
}
