import { PLACEHOLDER_LABEL, REVISION_LABEL } from '../model/annotations.js';
import { metaOf, nodeTermsOf, specOf } from '../model/pod.js';
import { list, map } from '../model/types.js';
import type { KubernetesObject, Pod } from '../model/types.js';

/** Whether an object is a pod that was made a placeholder. */
export const isPlaceholder = ({ kind, metadata }: KubernetesObject): boolean =>
  kind === 'Pod' && map(metadata?.labels)[PLACEHOLDER_LABEL] === 'true';

/**
 * The node that a pod of the DaemonSet controller is for: the one that it is bound to, else the one at which that
 * controller aims it, by `matchFields metadata.name` in each term of its node affinity.
 */
export function targetNodeOf(pod: Pod): string | undefined {
  const spec = specOf(pod);
  if ((spec.nodeName ?? '') !== '') return spec.nodeName;
  return nodeTermsOf(spec)
    .flatMap(({ matchFields }) => list(matchFields))
    .filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
    .flatMap(({ values }) => list(values))[0];
}

/** The `controller-revision-hash` of a DaemonSet's pod: the revision that it was made from, and that its node wants. */
export const revisionOfPod = (pod: Pod): string | undefined =>
  map(metaOf(pod).labels)[REVISION_LABEL];

/**
 * Whether one placeholder was made after another. Of two of one node, which exist while a DaemonSet with maxSurge is
 * rolled out, the newest says what the node wants. Times are whole seconds; of one second, the names decide.
 */
export function isNewer(one: Pod, other: Pod): boolean {
  const [a, b] = [metaOf(one), metaOf(other)];
  const [since, before] = [a.creationTimestamp ?? '', b.creationTimestamp ?? ''];
  return since === before ? (a.name ?? '') > (b.name ?? '') : since > before;
}
