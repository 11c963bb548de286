import type {
  ControllerRevision,
  DaemonSet,
  KubernetesObject,
  Node,
  OwnerReference,
} from '../core/model/types.js';
import type { World } from '../core/world.js';
import type { Manifest, Problem } from './manifest.js';
import { faultOfShape } from './shape.js';

/** How many objects of each kind a World holds; kinds that it does not use are not counted. */
export type Counts = Readonly<Record<string, number>>;

export interface Snapshot {
  readonly world: World;
  readonly counts: Counts;
  readonly problems: readonly Problem[];
}

/** The kinds of a World and the API versions in which they are understood. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  DaemonSet: ['apps/v1', 'apps/v1beta2', 'extensions/v1beta1'],
  ControllerRevision: ['apps/v1', 'apps/v1beta2', 'apps/v1beta1'],
  Node: ['v1'],
  Namespace: ['v1'],
  ConfigMap: ['v1'],
  Secret: ['v1'],
  ServiceAccount: ['v1'],
};

const CLUSTER_WIDE = ['Node', 'Namespace'];

/**
 * Builds a World from manifests. Objects of other kinds are left out; of an object that comes twice the later counts.
 *
 * Values of Secrets are dropped here and exist nowhere after: the World has their keys only.
 *
 * @returns the World of all sound objects, and a problem for each object without a usable name, with metadata that the
 * API would refuse, or with a number that was not read exactly. Does not throw.
 */
export function snapshotOf(manifests: readonly Manifest[]): Snapshot {
  const known = manifests.filter(({ object }) => isKnown(object));
  const problems = known.flatMap(problemsOf);
  const objects = new Map<string, KubernetesObject>();
  for (const manifest of known) {
    if (faultOfShape(manifest.object) !== undefined) continue;
    const object = named(withoutValues(manifest.object));
    objects.set(keyOf(object), object);
  }
  return { world: worldOf(objects), counts: countsOf(objects), problems };
}

const isKnown = ({ apiVersion = '', kind = '' }: KubernetesObject): boolean =>
  Object.hasOwn(KINDS, kind) && KINDS[kind]?.includes(apiVersion) === true;

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

const keyOf = ({ kind, metadata }: KubernetesObject): string =>
  key(kind, metadata?.namespace, metadata?.name);

/** No name holds a slash. */
const key = (kind = '', namespace = '', name = ''): string => `${kind}/${namespace}/${name}`;

function withoutValues(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return object;
  const { apiVersion, kind, metadata, data, stringData } = object;
  const keys = [...keysOf(data), ...keysOf(stringData)];
  const { name = '', namespace } = metadata ?? {};
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    kind,
    // Annotations are dropped, too: kubectl's last-applied-configuration holds the values once more.
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    data: Object.fromEntries(keys.map((name) => [name, ''])),
  };
}

const keysOf = (data: unknown): readonly string[] =>
  typeof data === 'object' && data !== null ? Object.keys(data) : [];

function worldOf(objects: ReadonlyMap<string, KubernetesObject>): World {
  const ofKind = (kind: string): readonly KubernetesObject[] =>
    [...objects.values()].filter((object) => object.kind === kind);
  const daemonSets: readonly DaemonSet[] = (ofKind('DaemonSet') as DaemonSet[]).sort(byName);
  const nodes = ofKind('Node') as readonly Node[];
  const revisions = ofKind('ControllerRevision') as readonly ControllerRevision[];
  return {
    daemonSets: () => daemonSets,
    nodes: () => nodes,
    namespace: (name) => objects.get(key('Namespace', '', name)),
    revisions: (owner) => revisions.filter((revision) => owns(owner, revision)),
    find: (kind, namespace, name) => objects.get(key(kind, namespace, name)),
  };
}

/** Not localeCompare: the order must not depend on the machine's language. */
const order = (one = '', other = ''): number => (one < other ? -1 : Number(one > other));

const byName = ({ metadata: one }: DaemonSet, { metadata: other }: DaemonSet): number =>
  order(one?.namespace, other?.namespace) || order(one?.name, other?.name);

function owns({ metadata: owner }: DaemonSet, { metadata }: ControllerRevision): boolean {
  if (metadata?.namespace !== owner?.namespace) return false;
  const references = metadata?.ownerReferences ?? [];
  return references.some((reference) => refersTo(reference, owner?.uid, owner?.name));
}

/** By uid where both have one; manifests that people write have none. */
function refersTo(
  { kind, name, uid }: OwnerReference,
  ownerUid?: string,
  ownerName?: string,
): boolean {
  if (uid && ownerUid) return uid === ownerUid;
  return kind === 'DaemonSet' && name === ownerName;
}

function countsOf(objects: ReadonlyMap<string, KubernetesObject>): Counts {
  const kinds = [...objects.values()].map(({ kind }) => kind);
  return Object.fromEntries(
    Object.keys(KINDS).map((kind) => [kind, kinds.filter((other) => other === kind).length]),
  );
}
