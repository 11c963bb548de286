import type { Subject } from '../decide/subject.js';
import { isLeft } from '../decide/landing.js';
import { findAnnotation } from '../model/annotations.js';
import { controllerOf, isOwnedByDaemonSet, metaOf } from '../model/pod.js';
import { map } from '../model/types.js';
import type { Pod } from '../model/types.js';
import { targetNodeOf } from './placeholder.js';

/**
 * Whether a pod stands for a marked DaemonSet on a virtual node: the DaemonSet controller made it, and aims it at a node
 * on which its containers are injected into other pods. A node that is left to its platform is not one of those.
 */
export function standsForNode({ pod, namespace, facts, settings }: Subject): boolean {
  if (!isOwnedByDaemonSet(pod)) return false;
  const profile = facts.nodes.named(targetNodeOf(pod) ?? '')?.nodeClass.profile;
  if (profile === undefined || isLeft(profile, { settings })) return false;
  const owner = facts.daemonSets.find(`${namespace}/${controllerOf(pod)?.name ?? ''}`);
  return owner?.marked === true || bearsMark(pod, settings.annotationPrefixes);
}

/** The API server refuses scheduling gates on a pod that has its node. */
export const isGateable = ({ spec, settings }: Subject): boolean =>
  settings.placeholders && (spec.nodeName ?? '') === '';

/** A template's mark is on its pods; they may be made before the World has heard of their DaemonSet. */
const bearsMark = (pod: Pod, prefixes: readonly string[]): boolean =>
  findAnnotation([map(metaOf(pod).annotations)], prefixes, 'ds-injection')?.value === 'true';
