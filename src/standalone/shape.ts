import { DEEPEST, isDeeper } from '../core/model/depth.js';
import type { KubernetesObject } from '../core/model/types.js';

/**
 * Looks at what every use of an object of the World relies on: its name, the maps of its metadata, a node's taints.
 * The rest of a DaemonSet is the engine's to judge, because it can give a reason for each pod.
 *
 * @returns what is wrong, with the path of the field; undefined if nothing is.
 */
export function faultOfShape(object: KubernetesObject): string | undefined {
  const metadata: unknown = object.metadata;
  if (!isMap(metadata)) return 'the object has no metadata';
  const name = metadata['name'];
  if (name === undefined || name === null || name === '') return 'the object has no metadata.name';
  // A bare `n`, `on` or `123` is no string in YAML 1.1.
  if (typeof name !== 'string') {
    return `expected metadata.name to be a string, got ${JSON.stringify(name)}; put it in quotes`;
  }
  const fault =
    faultOfDepth(object) ??
    faultOfMetadata(metadata) ??
    (object.kind === 'Node' ? faultOfNode(object) : undefined);
  return fault === undefined ? undefined : `${name}: ${fault}`;
}

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isString: Check = (value) => typeof value === 'string';
const isListOfMaps: Check = (value) => Array.isArray(value) && value.every(isMap);

/** The API takes null for a field that is absent. */
const absentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);

const faultOfDepth = (object: KubernetesObject): string | undefined =>
  isDeeper(object, DEEPEST) ? `it is nested deeper than ${DEEPEST} levels` : undefined;

function faultOfMetadata(metadata: Fields): string | undefined {
  return (
    faultOfField(metadata, 'namespace', absentOr(isString), 'a string') ??
    faultOfField(metadata, 'uid', absentOr(isString), 'a string') ??
    faultOfStrings(metadata, 'labels') ??
    faultOfStrings(metadata, 'annotations') ??
    faultOfField(metadata, 'ownerReferences', absentOr(isListOfMaps), 'a list of maps')
  );
}

function faultOfField(
  fields: Fields,
  name: string,
  check: Check,
  expected: string,
): string | undefined {
  return check(fields[name]) ? undefined : `expected metadata.${name} to be ${expected}`;
}

function faultOfStrings(metadata: Fields, name: string): string | undefined {
  const fault = faultOfField(metadata, name, absentOr(isMap), 'a map of strings');
  if (fault !== undefined) return fault;
  const [wrong] = Object.entries(metadata[name] ?? {}).filter(([, value]) => !isString(value));
  if (!wrong) return undefined;
  // The most common slip: `ds-injection: true`, which is a boolean and not the string that Kubernetes wants.
  return `expected metadata.${name} to be a map of strings, got ${JSON.stringify(wrong[1])} for ${wrong[0]}; put it in quotes`;
}

function faultOfNode({ spec }: KubernetesObject): string | undefined {
  if (!absentOr(isMap)(spec)) return 'expected spec to be a map';
  const taints = isMap(spec) ? spec['taints'] : undefined;
  if (!absentOr(isListOfMaps)(taints)) return 'expected spec.taints to be a list of maps';
  const sound = ((taints ?? []) as readonly Fields[]).every((taint) => isString(taint['key']));
  return sound ? undefined : 'expected each of spec.taints to have a key';
}
