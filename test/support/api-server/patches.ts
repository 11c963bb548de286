import jsonPatch, { type Operation } from 'fast-json-patch';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import { Refusal } from './refusal.js';

const MERGES = ['application/merge-patch+json', 'application/apply-patch+yaml'];

/** Applies a patch to a copy. An apply is taken as a merge: the double keeps no field managers. */
export function patched(
  object: KubernetesObject,
  patch: unknown,
  contentType: string,
): KubernetesObject {
  if (contentType === 'application/json-patch+json') return jsonPatched(object, patch);
  if (MERGES.includes(contentType)) return mergePatched(object, patch) as KubernetesObject;
  if (contentType === STRATEGIC) {
    requireUid(object, patch as KubernetesObject);
    return strategicallyPatched(object, patch) as KubernetesObject;
  }
  throw new Refusal(415, 'UnsupportedMediaType', `the double does not understand ${contentType}`);
}

function jsonPatched(object: KubernetesObject, patch: unknown): KubernetesObject {
  try {
    return jsonPatch.applyPatch(structuredClone(object), patch as Operation[], true).newDocument;
  } catch (error) {
    throw new Refusal(422, 'Invalid', String(error).split('\n', 1).join());
  }
}

/** RFC 7386: what is null goes, objects are merged, all else is replaced. */
function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = mergePatched(result[key], value);
  }
  return result;
}

const STRATEGIC = 'application/strategic-merge-patch+json';

function requireUid(object: KubernetesObject, { metadata }: KubernetesObject): void {
  if (metadata?.uid !== undefined && metadata.uid !== object.metadata?.uid) {
    throw new Refusal(409, 'Conflict', 'the uid in the precondition is another');
  }
}

/** As the API server merges pods: lists of objects that have a name or a type are merged by it, and what is new comes first. */
function strategicallyPatched(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return Array.isArray(target) ? mergedLists(target, patch) : patch;
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = strategicallyPatched(result[key], value);
  }
  return result;
}

function mergedLists(target: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const keyOf = (item: unknown): unknown =>
    isObject(item) ? (item['name'] ?? item['type']) : undefined;
  const added = patch.filter((one) => !target.some((other) => keyOf(other) === keyOf(one)));
  if (added.some((one) => keyOf(one) === undefined)) return [...patch];
  return [
    ...added,
    ...target.map((other) => {
      const one = patch.find((item) => keyOf(item) === keyOf(other));
      return one === undefined ? other : strategicallyPatched(other, one);
    }),
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
