import { specOf } from './pod.js';
import { findMisfit, podShape } from './shape.js';
import { list } from './types.js';
import type { Pod, PodSpec } from './types.js';

/**
 * What is wrong with a pod that nothing can be said of: a value that is not of its type, no containers, or two of one
 * name, by which containers are told apart. The API server refuses such a pod whatever is added to it.
 *
 * @returns the path of the first such value and what is wrong with it; undefined for a pod that can be read.
 */
export const podMisfit = (pod: Pod): string | undefined =>
  findMisfit(pod, podShape) ?? wrongContainers(specOf(pod));

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
