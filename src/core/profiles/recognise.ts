import type { Node, Pod } from '../model/types.js';
import { list, map } from '../model/types.js';
import { metaOf, specOf } from '../model/pod.js';
import type { NodeRule, PodRule, Profile, VersionRule } from './profile.js';

/** The profile of a virtual node; undefined for a real one. */
export const profileOf = (node: Node, profiles: readonly Profile[]): Profile | undefined =>
  profiles.find((profile) => profile.nodes.some((rule) => nodeMatches(node, rule)));

/** The profile whose platform will certainly take the pod, whatever nodes there are yet. */
export const promisedProfileOf = (pod: Pod, profiles: readonly Profile[]): Profile | undefined =>
  profiles.find((profile) => profile.pods.some((rule) => podMatches(pod, rule)));

function nodeMatches(node: Node, rule: NodeRule): boolean {
  if ('label' in rule) return has(map(metaOf(node).labels), rule.label, rule.value);
  if ('providerID' in rule) return (node.spec?.providerID ?? '').startsWith(rule.providerID);
  return list(node.spec?.taints).some(
    ({ key, value }) => key === rule.taint && (rule.value === undefined || value === rule.value),
  );
}

function podMatches(pod: Pod, rule: PodRule): boolean {
  if ('schedulerName' in rule) return specOf(pod).schedulerName === rule.schedulerName;
  const { labels, annotations } = metaOf(pod);
  return 'label' in rule
    ? has(map(labels), rule.label, rule.value)
    : has(map(annotations), rule.annotation, rule.value);
}

const has = (
  entries: Readonly<Record<string, string>>,
  key: string,
  value: string | undefined,
): boolean => (value === undefined ? key in entries : entries[key] === value);

/**
 * One profile that promises no more than each of those given: what a pod can rely on when it may land on any of them.
 */
export function strictest(profiles: readonly [Profile, ...Profile[]]): Profile {
  const [first, ...others] = profiles;
  return others.reduce(
    (a, b): Profile => ({
      ...a,
      name: `${a.name}+${b.name}`,
      nativeSidecars: least(a.nativeSidecars, b.nativeSidecars),
      podLevelResources: least(a.podLevelResources, b.podLevelResources),
      ephemeralContainers: least(a.ephemeralContainers, b.ephemeralContainers),
      privileged: a.privileged && b.privileged,
      capabilities: common(a.capabilities, b.capabilities),
      hostPath: a.hostPath === b.hostPath ? a.hostPath : 'none',
      hostView: a.hostView === b.hostView ? a.hostView : 'refuse',
      emptyDirSubPath: a.emptyDirSubPath && b.emptyDirSubPath,
      maxContainers: Math.min(a.maxContainers ?? Infinity, b.maxContainers ?? Infinity),
      reservedPorts: [...a.reservedPorts, ...b.reservedPorts],
      events: a.events === b.events ? a.events : 'kubelet',
      annotations: { ...a.annotations, ...b.annotations },
    }),
    first,
  );
}

const STRENGTH = ['no', 'by-version', 'yes'] as const;

const least = (a: VersionRule, b: VersionRule): VersionRule =>
  STRENGTH.indexOf(a) < STRENGTH.indexOf(b) ? a : b;

function common(a: Profile['capabilities'], b: Profile['capabilities']): Profile['capabilities'] {
  if (a === 'any') return b;
  return b === 'any' ? a : a.filter((capability) => b.includes(capability));
}
