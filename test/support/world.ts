import type {
  ControllerRevision,
  DaemonSet,
  KubernetesObject,
  Node,
} from '../../src/core/model/types.js';
import type { World } from '../../src/core/world.js';

/** A World of objects of all kinds, as files hold them. An object without a namespace is in `default`. */
export function worldOf(objects: readonly KubernetesObject[]): World {
  const daemonSets = (ofKind(objects, 'DaemonSet') as readonly DaemonSet[]).toSorted(byKey);
  const nodes = ofKind(objects, 'Node') as readonly Node[];
  const revisions = ofKind(objects, 'ControllerRevision') as readonly ControllerRevision[];
  return {
    daemonSets: () => daemonSets,
    nodes: () => nodes,
    namespace: (name) =>
      ofKind(objects, 'Namespace').find(({ metadata }) => metadata?.name === name),
    revisions: (daemonSet) => revisions.filter((revision) => isOwnedBy(revision, daemonSet)),
    find: (kind, namespace, name) =>
      ofKind(objects, kind).find(
        (object) => namespaceOf(object) === namespace && object.metadata?.name === name,
      ),
  };
}

const ofKind = (objects: readonly KubernetesObject[], kind: string): readonly KubernetesObject[] =>
  objects.filter((object) => object.kind === kind);

const namespaceOf = ({ metadata }: KubernetesObject): string => metadata?.namespace ?? 'default';

const keyOf = (object: KubernetesObject): string =>
  `${namespaceOf(object)}/${object.metadata?.name ?? ''}`;

const byKey = (a: KubernetesObject, b: KubernetesObject): number => (keyOf(a) < keyOf(b) ? -1 : 1);

/** By name as well as by uid: manifests in files have no uids. */
function isOwnedBy(revision: KubernetesObject, owner: KubernetesObject): boolean {
  const uid = owner.metadata?.uid;
  return (
    namespaceOf(revision) === namespaceOf(owner) &&
    (revision.metadata?.ownerReferences ?? []).some(
      (reference) =>
        reference.kind === 'DaemonSet' &&
        reference.name === owner.metadata?.name &&
        (uid === undefined || reference.uid === undefined || reference.uid === uid),
    )
  );
}
