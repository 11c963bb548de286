import { fingerprint } from '../model/text.js';
import { OWN_PREFIX } from '../model/annotations.js';
import { divideUp, parseQuantity } from '../model/quantity.js';
import { list, map, valueAt } from '../model/types.js';
import type { DownwardItem, EnvVar, ResourceFieldRef, StringMap } from '../model/types.js';
import { metaOf } from '../model/pod.js';
import type { Blueprint } from '../decide/blueprint.js';
import type { Context } from './context.js';

/**
 * Field references of a DaemonSet mean the DaemonSet's own pod, which does not exist here. What can be known is
 * written down; the name is made of the DaemonSet's and the workload pod's. `spec.nodeName` and addresses keep their
 * meaning: they are those of the node and the network where the container runs.
 */
const POD_NAME_VARIABLE = 'DS_INJECTOR_POD_NAME';

const KEYED = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/** @returns the value that the DaemonSet's own pod would have, where it is known; undefined to keep the reference. */
export function fieldValue(path: string, blueprint: Blueprint): string | undefined {
  const { labels, annotations } = metaOf(blueprint.template);
  const [, kind, key = ''] = KEYED.exec(path) ?? [];
  if (kind !== undefined) return valueAt(kind === 'labels' ? labels : annotations, key) ?? '';
  switch (path) {
    case 'metadata.labels':
      return formatMap(map(labels));
    case 'metadata.annotations':
      return formatMap(map(annotations));
    case 'metadata.namespace':
      return blueprint.namespace;
    case 'spec.serviceAccountName':
      return serviceAccountOf(blueprint);
    default:
      return undefined;
  }
}

const serviceAccountOf = ({ spec }: Blueprint): string => spec.serviceAccountName ?? 'default';

/** As the kubelet writes a whole map into a file. */
const formatMap = (entries: Readonly<StringMap>): string =>
  Object.entries(entries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

/** @returns the amount that the DaemonSet declares, in units of the divisor; undefined where it declares none. */
function resourceValue(
  { resource, divisor = '1' }: ResourceFieldRef,
  containerName: string,
  blueprint: Blueprint,
): string | undefined {
  const container = blueprint.containers.find(({ name }) => name === containerName);
  const [kind, ...name] = resource.split('.');
  const { limits, requests } = container?.resources ?? {};
  const amount = parseQuantity((kind === 'limits' ? limits : requests)?.[name.join('.')]);
  const unit = parseQuantity(divisor);
  if (amount === undefined || unit === undefined) return undefined;
  // The API takes a divisor of zero for one.
  return String(divideUp(amount, unit > 0n ? unit : 1_000_000_000n));
}

/** What renames the containers and volumes of one DaemonSet. */
export interface Names {
  readonly containers: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, string>;
}

/** Environment variables in their order, so that `$(VAR)` still finds what stands before it. */
export function resolveEnv(
  variables: readonly EnvVar[],
  owner: string,
  names: Names,
  context: Context,
): readonly EnvVar[] {
  const resolved = variables.map((variable) => resolveVariable(variable, owner, names, context));
  return resolved.some(({ value }) => value?.includes(`$(${POD_NAME_VARIABLE})`) === true)
    ? [
        { name: POD_NAME_VARIABLE, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ...resolved,
      ]
    : resolved;
}

function resolveVariable(variable: EnvVar, owner: string, names: Names, context: Context): EnvVar {
  const { fieldRef, resourceFieldRef } = variable.valueFrom ?? {};
  if (fieldRef) return resolveField(variable, fieldRef.fieldPath, context);
  if (!resourceFieldRef) return withVolumeRenamed(variable, names);
  const of = resourceFieldRef.containerName ?? owner;
  const value = resourceValue(resourceFieldRef, of, context.blueprint);
  if (value !== undefined) return { name: variable.name, value };
  if (context.blueprint.ephemeral) {
    // A kubelet looks for the name among the other containers only, and would never start this one.
    const { containerName: _, ...own } = resourceFieldRef;
    return { ...variable, valueFrom: { resourceFieldRef: own } };
  }
  const containerName = names.containers.get(of) ?? of;
  return { ...variable, valueFrom: { resourceFieldRef: { ...resourceFieldRef, containerName } } };
}

function resolveField(variable: EnvVar, path: string, { blueprint, warn }: Context): EnvVar {
  if (path === 'metadata.name') {
    return { name: variable.name, value: `${blueprint.name}-$(${POD_NAME_VARIABLE})` };
  }
  const value = fieldValue(path, blueprint);
  if (value !== undefined) return { name: variable.name, value: literal(value) };
  if (path === 'metadata.uid') {
    warn('field_of_workload', `variable ${variable.name} has the uid of the workload's pod`);
  }
  return variable;
}

/** A text that Kubernetes' expansion of `$(VAR)` leaves as it is: it takes every `$$` for one `$`. */
export const literal = (text: string): string => text.replaceAll('$', () => '$$');

/** `fileKeyRef` names a volume of the pod. */
function withVolumeRenamed(variable: EnvVar, { volumes }: Names): EnvVar {
  const reference = variable.valueFrom?.['fileKeyRef'] as
    { volumeName?: string } | null | undefined;
  const renamed = volumes.get(reference?.volumeName ?? '');
  return renamed === undefined
    ? variable
    : { ...variable, valueFrom: { fileKeyRef: { ...reference, volumeName: renamed } } };
}

/**
 * Items of a downward API volume cannot hold a value, so the value becomes an annotation of the pod and the item
 * refers to that.
 *
 * @param annotations receives the annotations that are needed.
 */
export function resolveItems(
  items: readonly DownwardItem[],
  names: Names,
  context: Context,
  annotations: StringMap,
): readonly DownwardItem[] {
  return items.map((item) => {
    const value = itemValue(item, context);
    if (value === undefined) return keptItem(item, names, context);
    const key = `${OWN_PREFIX}field-${fingerprint(`${context.blueprint.key}/${value}`)}`;
    annotations[key] = value;
    const { resourceFieldRef: _, fieldRef: __, ...rest } = item;
    return { ...rest, fieldRef: { fieldPath: `metadata.annotations['${key}']` } };
  });
}

/** The first file with an amount of a container that the DaemonSet does not declare; undefined for none. */
export const fileOfAmount = (blueprint: Blueprint): string | undefined =>
  downwardItems(blueprint).find(
    ({ resourceFieldRef }) =>
      resourceFieldRef &&
      resourceValue(resourceFieldRef, resourceFieldRef.containerName ?? '', blueprint) ===
        undefined,
  )?.path;

/** How much the values of a DaemonSet's downward API volumes add to the annotations of a pod, in UTF-16 units. */
export function fieldBytes(blueprint: Blueprint): number {
  const paths = new Set(downwardItems(blueprint).map(({ fieldRef }) => fieldRef?.fieldPath ?? ''));
  return [...paths].reduce((sum, path) => sum + (fieldValue(path, blueprint)?.length ?? 0), 0);
}

const downwardItems = ({ spec, usedVolumes }: Blueprint): readonly DownwardItem[] =>
  list(spec.volumes)
    .filter(({ name }) => usedVolumes.has(name))
    .flatMap(({ downwardAPI, projected }) => [
      ...itemsOf(downwardAPI),
      ...list(projected?.sources).flatMap((source) => itemsOf(source.downwardAPI)),
    ]);

function itemValue(
  { fieldRef, resourceFieldRef }: DownwardItem,
  { blueprint }: Context,
): string | undefined {
  if (fieldRef) return fieldValue(fieldRef.fieldPath, blueprint);
  return resourceFieldRef
    ? resourceValue(resourceFieldRef, resourceFieldRef.containerName ?? '', blueprint)
    : undefined;
}

function keptItem(item: DownwardItem, { containers }: Names, { warn }: Context): DownwardItem {
  const { fieldRef, resourceFieldRef } = item;
  if (fieldRef && ['metadata.name', 'metadata.uid'].includes(fieldRef.fieldPath)) {
    warn(
      'field_of_workload',
      `file ${item.path} has the ${fieldRef.fieldPath} of the workload's pod`,
    );
  }
  const containerName = containers.get(resourceFieldRef?.containerName ?? '');
  return resourceFieldRef && containerName !== undefined
    ? { ...item, resourceFieldRef: { ...resourceFieldRef, containerName } }
    : item;
}

/** The items of a downward API volume or source; none where it is absent. */
export const itemsOf = (
  source: { items?: DownwardItem[] | null } | null | undefined,
): readonly DownwardItem[] => list(source?.items);
