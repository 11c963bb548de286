import type { Request } from '../core/engine.js';
import type { KubernetesObject, ObjectMeta, Pod, PodSpec } from '../core/model/types.js';
import type { Operation } from '../core/patch/operation.js';

/** A pod that a document stands for, as its controller would make it. */
export interface TemplatePod {
  readonly kind: string;
  readonly namespace: string;
  /** The document's name; `web-*` if only a generateName is given. */
  readonly name: string;
  /** For the engine. Parts of the document are shared with it, so it must not be changed. */
  readonly request: Request;
  /** The JSON pointer of the pod in the document; empty for a Pod. */
  readonly prefix: string;
}

interface Place {
  /** The API groups in which the kind is meant; `''` is the core group. */
  readonly groups: readonly string[];
  /** Where the document keeps its pod template. */
  readonly path: readonly string[];
  /** What the API server would name as the pod's controller; the document itself if left out. */
  readonly owner?: { readonly apiVersion: string; readonly kind: string };
}

const TEMPLATE = ['spec', 'template'];

/** Every built-in kind that makes pods. */
const PLACES: Readonly<Record<string, Place>> = {
  Pod: { groups: [''], path: [] },
  ReplicationController: { groups: [''], path: TEMPLATE },
  Deployment: {
    groups: ['apps', 'extensions'],
    path: TEMPLATE,
    owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  },
  ReplicaSet: { groups: ['apps', 'extensions'], path: TEMPLATE },
  StatefulSet: { groups: ['apps'], path: TEMPLATE },
  DaemonSet: { groups: ['apps', 'extensions'], path: TEMPLATE },
  Job: { groups: ['batch'], path: TEMPLATE },
  CronJob: {
    groups: ['batch'],
    path: ['spec', 'jobTemplate', 'spec', 'template'],
    owner: { apiVersion: 'batch/v1', kind: 'Job' },
  },
};

export const podKinds: readonly string[] = Object.keys(PLACES);

/**
 * Gives the pod of a document.
 *
 * @param object is not changed. What is missing in it or of a wrong type is missing in the pod, too; does not throw.
 * @returns undefined for a kind that makes no pods, and for a kind of the same name in another API group.
 */
export function podOf(object: KubernetesObject): TemplatePod | undefined {
  const { kind = '', apiVersion = '' } = object;
  const place = Object.hasOwn(PLACES, kind) ? PLACES[kind] : undefined;
  if (!place?.groups.includes(groupOf(apiVersion))) return undefined;
  const metadata = mapOr(object.metadata);
  const namespace = textOr(metadata['namespace']) || 'default';
  const name = textOr(metadata['name']);
  return {
    kind,
    namespace,
    name: name || `${textOr(metadata['generateName'])}*`,
    request: {
      namespace,
      pod: place.path.length === 0 ? ownPod(object) : madePod(object, place, namespace),
      claimVolumes: claimsOf(object),
    },
    prefix: place.path.map((step) => `/${step}`).join(''),
  };
}

/**
 * Turns operations on a pod into operations on the document that it stands for, so that the `metadata` that they rely
 * on is there.
 */
export function operationsOn(
  object: KubernetesObject,
  { prefix }: TemplatePod,
  operations: readonly Operation[],
): readonly Operation[] {
  const moved = operations.map((operation) => ({ ...operation, path: prefix + operation.path }));
  const touched = operations.some(({ path }) => path.startsWith('/metadata/'));
  const template = at(object, prefix.split('/').slice(1));
  if (!touched || isMap(mapOr(template)['metadata'])) return moved;
  return [{ op: 'add', path: `${prefix}/metadata`, value: {} }, ...moved];
}

/** How deep a template is looked for; in all kinds that are made for Kubernetes it is near the top. */
const DEPTH = 8;

/** Whether an object, of whatever kind, seems to make pods: a `template` in it has containers. */
export const hasPodTemplate = ({ template, spec }: KubernetesObject): boolean =>
  holdsTemplate({ template, spec }, DEPTH);

function holdsTemplate(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  if (Array.isArray(at(value, ['template', 'spec', 'containers']))) return true;
  return Object.values(value).some((child) => holdsTemplate(child, depth - 1));
}

type Fields = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const mapOr = (value: unknown): Fields => (isMap(value) ? value : {});
const textOr = (value: unknown): string => (typeof value === 'string' ? value : '');

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((found, step) => mapOr(found)[step], value);

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.split('/', 1).join() : '';

/** The engine takes `metadata` for granted, as the API server does. */
const ownPod = (object: KubernetesObject): Pod => ({ ...object, metadata: object.metadata ?? {} });

function madePod(object: KubernetesObject, { path, owner }: Place, namespace: string): Pod {
  const template = mapOr(at(object, path));
  const { name = '', uid } = mapOr(object.metadata) as ObjectMeta;
  const { apiVersion = '', kind = '' } = owner ?? object;
  // The uid is that of the document, and so not that of a controller in between.
  const identity = owner || uid === undefined ? {} : { uid };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...inherited(template['metadata']),
      generateName: `${name}-`,
      namespace,
      ownerReferences: [{ apiVersion, kind, name, ...identity, controller: true }],
    },
    ...('spec' in template && { spec: template['spec'] as PodSpec | null }),
  };
}

/** What controllers copy of a template's metadata. */
function inherited(metadata: unknown): ObjectMeta {
  const { labels, annotations, finalizers } = mapOr(metadata);
  const copied = Object.entries({ labels, annotations, finalizers });
  return Object.fromEntries(copied.filter(([, value]) => value !== undefined));
}

/** A StatefulSet's claims become volumes of its pods, so their names are taken. */
function claimsOf(object: KubernetesObject): readonly string[] {
  const claims = object.kind === 'StatefulSet' ? at(object, ['spec', 'volumeClaimTemplates']) : [];
  if (!Array.isArray(claims)) return [];
  return claims.map((claim) => textOr(at(claim, ['metadata', 'name']))).filter(Boolean);
}
