import type { KubernetesObject, StringMap } from '../model/types.js';
import { map } from '../model/types.js';
import { metaOf } from '../model/pod.js';

/** OpenShift's key (seed 004) and that of the PodNodeSelector admission plugin. */
const KEYS = ['openshift.io/node-selector', 'scheduler.alpha.kubernetes.io/node-selector'];

const NONE: Readonly<StringMap> = {};

/**
 * The node selector that a namespace gives to all its pods, as "key=value,key=value". Parts that are no such pair
 * are passed over: OpenShift's own check refuses them when the namespace is written. A namespace of the World has not
 * been checked, so its annotations may be anything.
 */
export function defaultNodeSelector(namespace: KubernetesObject | undefined): Readonly<StringMap> {
  if (namespace === undefined) return NONE;
  const annotations: Readonly<Record<string, unknown>> = map(metaOf(namespace).annotations);
  const texts = KEYS.map((key) => annotations[key]).filter((text) => typeof text === 'string');
  if (texts.length === 0) return NONE;
  const parts = texts.flatMap((text) => text.split(','));
  const pairs = parts.map((part) => part.split('=').map((side) => side.trim()));
  return Object.fromEntries(
    pairs.flatMap(([key, value, ...more]) =>
      key && value !== undefined && more.length === 0 ? [[key, value]] : [],
    ),
  );
}
