import type { KubernetesObject, StringMap } from '../model/types.js';
import { map } from '../model/types.js';
import { metaOf } from '../model/pod.js';

/** OpenShift's key (seed 004) and that of the PodNodeSelector admission plugin. */
const KEYS = ['openshift.io/node-selector', 'scheduler.alpha.kubernetes.io/node-selector'];

const NONE: Readonly<StringMap> = {};

/**
 * The node selector that a namespace gives to all its pods, as "key=value,key=value". Parts that are no such pair
 * are passed over: OpenShift's own check refuses them when the namespace is written.
 */
export function defaultNodeSelector(namespace: KubernetesObject | undefined): Readonly<StringMap> {
  if (namespace === undefined) return NONE;
  const annotations = map(metaOf(namespace).annotations);
  if (KEYS.every((key) => annotations[key] === undefined)) return NONE;
  const parts = KEYS.flatMap((key) => (annotations[key] ?? '').split(','));
  const pairs = parts.map((part) => part.split('=').map((side) => side.trim()));
  return Object.fromEntries(
    pairs.flatMap(([key, value, ...more]) =>
      key && value !== undefined && more.length === 0 ? [[key, value]] : [],
    ),
  );
}
