import { nodeTermsOf, specOf } from './pod.js';
import { findMisfit, podShape } from './shape.js';
import { list } from './types.js';
import type { Pod, PodSpec } from './types.js';

/**
 * What is wrong with a pod that nothing can be said of: a value that is not of its type, no containers, or two of one
 * name, by which containers are told apart, or node affinity without end. All but the last the API server refuses,
 * whatever is added to the pod.
 *
 * @returns the path of the first such value and what is wrong with it; undefined for a pod that can be read.
 */
export const podMisfit = (pod: Pod): string | undefined =>
  findMisfit(pod, podShape) ?? wrongContainers(specOf(pod)) ?? longAffinity(specOf(pod));

function wrongContainers(spec: PodSpec): string | undefined {
  if (list(spec.containers).length === 0) return '.spec.containers is empty';
  const names = new Set<string>();
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [index, { name }] of list(spec[field]).entries()) {
      if (names.has(name)) return `.spec.${field}[${index}].name is another container's`;
      names.add(name);
    }
  }
  return undefined;
}

/** Terms of a node selector, their requirements and values together; it is held against all nodes of a cluster. */
const LONGEST_SELECTOR = 1000;

function longAffinity(spec: PodSpec): string | undefined {
  const terms = nodeTermsOf(spec);
  let length = terms.length;
  for (const { matchExpressions, matchFields } of terms) {
    for (const { values } of [...list(matchExpressions), ...list(matchFields)]) {
      length += 1 + list(values).length;
    }
  }
  return length > LONGEST_SELECTOR
    ? `.spec.affinity.nodeAffinity has more than ${LONGEST_SELECTOR} terms and values`
    : undefined;
}
