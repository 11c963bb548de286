import { OWN_PREFIX, PLACEHOLDER_LABEL, REVISION_LABEL } from '../model/annotations.js';
import { defined } from '../model/defined.js';
import { controllerOf, metaOf } from '../model/pod.js';
import { findMisfit, namedShape, nodeShape, placeholderShape } from '../model/shape.js';
import { map } from '../model/types.js';
import type { Affinity, KubernetesObject, Node, Pod, StringMap, Taint } from '../model/types.js';
import { isPlaceholder, targetNodeOf } from '../placeholder/placeholder.js';

/** kubectl keeps the whole object in it once more, the values of a Secret included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object reduced to what the engine may read of it: a World holds thousands, and most of what a node or a
 * ConfigMap says is of no use to it. Values of ConfigMaps and Secrets are dropped here and exist nowhere after.
 */
export function pruned(object: KubernetesObject): KubernetesObject {
  return PRUNERS.get(object.kind ?? '')?.(object) ?? object;
}

/** What names an object, and nothing else of its metadata. */
function head({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace } = metadata ?? {};
  return defined({ apiVersion, kind, metadata: defined({ name, namespace }) });
}

/** A node that is not as expected stays as it is, so that whoever looks at it can say so. */
function prunedNode(node: Node): KubernetesObject {
  if (findMisfit(node, nodeShape) !== undefined) return node;
  const { name, labels } = node.metadata ?? {};
  const { taints, unschedulable, providerID } = node.spec ?? {};
  const { kubeletVersion } = node.status?.nodeInfo ?? {};
  return {
    kind: 'Node',
    metadata: defined({ name, labels }),
    spec: defined({ taints: taints?.map(bareTaint), unschedulable, providerID }),
    ...(kubeletVersion === undefined ? {} : { status: { nodeInfo: { kubeletVersion } } }),
  };
}

/** Of the pods, a World knows the placeholders; of others, and of those that cannot be read, no more than the name. */
function prunedPod(pod: Pod): KubernetesObject {
  const isReadable = findMisfit(pod, placeholderShape) === undefined;
  return isReadable && isPlaceholder(pod) ? prunedPlaceholder(pod) : head(pod);
}

/** Whose it is, of which revision, for which node, since when, and what the injector itself has noted on it. */
function prunedPlaceholder(pod: Pod): KubernetesObject {
  const { name, namespace, uid, labels, annotations } = metaOf(pod);
  const { creationTimestamp, deletionTimestamp } = metaOf(pod);
  const owner = controllerOf(pod);
  const node = targetNodeOf(pod);
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: defined({
      ...{ name, namespace, uid, creationTimestamp, deletionTimestamp },
      labels: only(labels, (key) => key === PLACEHOLDER_LABEL || key === REVISION_LABEL),
      annotations: only(annotations, (key) => key.startsWith(OWN_PREFIX)),
      ownerReferences: owner && [owner],
    }),
    spec: defined({
      nodeName: pod.spec?.nodeName,
      affinity: node === undefined ? undefined : aimAt(node),
    }),
  };
}

const only = (entries: StringMap | null | undefined, keep: (key: string) => boolean): StringMap =>
  Object.fromEntries(Object.entries(map(entries)).filter(([key]) => keep(key)));

/** As the DaemonSet controller writes it. */
const aimAt = (node: string): Affinity => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
      ],
    },
  },
});

function secretsOnly(account: KubernetesObject): KubernetesObject {
  return { ...head(account), ...defined({ imagePullSecrets: account['imagePullSecrets'] }) };
}

/** When a taint came is of no use, and would make a kind of its own of each node that is tainted. */
const bareTaint = ({ key, value, effect }: Taint): Taint => defined({ key, value, effect });

function withoutValues(object: KubernetesObject): KubernetesObject {
  const fields = ['data', 'binaryData', 'stringData'].filter((field) => field in object);
  const keys = fields.map((field) => [field, keysOnly(object[field])] as const);
  return { ...head(object), ...Object.fromEntries(keys) };
}

const keysOnly = (data: unknown): StringMap =>
  typeof data === 'object' && data !== null
    ? Object.fromEntries(Object.keys(data).map((key) => [key, '']))
    : {};

/** Metadata that is not as expected stays as it is, too. */
function withoutStatus({ status: _, ...object }: KubernetesObject): KubernetesObject {
  if (findMisfit(object, namedShape) !== undefined) return object;
  const { managedFields: __, annotations, ...metadata } = object.metadata ?? {};
  const { [LAST_APPLIED]: ___, ...others } = annotations ?? {};
  return {
    ...object,
    metadata: { ...metadata, ...(annotations ? { annotations: others } : {}) },
  };
}

/** One whose owners cannot be read is nobody's. */
const revision = (object: KubernetesObject): KubernetesObject =>
  findMisfit(object, namedShape) === undefined ? withoutStatus(object) : head(object);

const PRUNERS: ReadonlyMap<string, (object: KubernetesObject) => KubernetesObject> = new Map([
  ['Node', prunedNode],
  ['Pod', prunedPod],
  ['ConfigMap', withoutValues],
  ['Secret', withoutValues],
  ['ServiceAccount', secretsOnly],
  ['DaemonSet', withoutStatus],
  ['ControllerRevision', revision],
  ['Namespace', withoutStatus],
]);
