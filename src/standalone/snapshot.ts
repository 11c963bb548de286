import type { KubernetesObject } from '../core/model/types.js';
import { isPlaceholder } from '../core/placeholder/placeholder.js';
import type { Manifest, Problem } from './manifest.js';
import { faultOfShape } from './shape.js';

/** How many objects of each kind a World holds; kinds that it does not use are not counted. */
export type Counts = Readonly<Record<string, number>>;

export interface Snapshot {
  /** What a World is made of: sound objects of the kinds that it uses, each once. */
  readonly objects: readonly KubernetesObject[];
  readonly counts: Counts;
  readonly problems: readonly Problem[];
}

/** The kinds of a World, of the pods only the placeholders, and the API versions in which they are understood. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  DaemonSet: ['apps/v1', 'apps/v1beta2', 'extensions/v1beta1'],
  ControllerRevision: ['apps/v1', 'apps/v1beta2', 'apps/v1beta1'],
  Node: ['v1'],
  Namespace: ['v1'],
  Pod: ['v1'],
  ConfigMap: ['v1'],
  Secret: ['v1'],
  ServiceAccount: ['v1'],
};

const CLUSTER_WIDE = ['Node', 'Namespace'];

/**
 * Picks from manifests what a World is made of. Objects of other kinds are left out; of an object that comes twice the
 * later counts.
 *
 * @returns all sound objects, and a problem for each object without a usable name, with metadata that the
 * API would refuse, or with a number that was not read exactly. Does not throw.
 */
export function snapshotOf(manifests: readonly Manifest[]): Snapshot {
  const known = manifests.filter(({ object }) => isKnown(object));
  const problems = known.flatMap(problemsOf);
  const objects = new Map<string, KubernetesObject>();
  for (const manifest of known) {
    if (faultOfShape(manifest.object) !== undefined) continue;
    const object = named(manifest.object);
    objects.set(keyOf(object), object);
  }
  return { objects: [...objects.values()], counts: countsOf(objects), problems };
}

const isKnown = (object: KubernetesObject): boolean => {
  const { apiVersion = '', kind = '' } = object;
  if (!Object.hasOwn(KINDS, kind) || KINDS[kind]?.includes(apiVersion) !== true) return false;
  return kind !== 'Pod' || isPlaceholder(object);
};

function problemsOf({ object, file, document, line, inexact }: Manifest): readonly Problem[] {
  const fault = faultOfShape(object);
  if (fault === undefined) return inexact;
  return [{ file, document, line, message: `${String(object.kind)}: ${fault}` }, ...inexact];
}

/** With the namespace that the API server would give it. */
function named(object: KubernetesObject): KubernetesObject {
  const { namespace, ...metadata } = object.metadata ?? {};
  if (CLUSTER_WIDE.includes(object.kind ?? '')) return { ...object, metadata };
  // An empty namespace is what some generators write for none.
  return {
    ...object,
    metadata: { ...metadata, namespace: namespace === '' ? 'default' : (namespace ?? 'default') },
  };
}

/** No name holds a slash. */
const keyOf = ({ kind = '', metadata }: KubernetesObject): string =>
  `${kind}/${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;

function countsOf(objects: ReadonlyMap<string, KubernetesObject>): Counts {
  const kinds = [...objects.values()].map(({ kind }) => kind);
  return Object.fromEntries(
    Object.keys(KINDS).map((kind) => [kind, kinds.filter((other) => other === kind).length]),
  );
}
