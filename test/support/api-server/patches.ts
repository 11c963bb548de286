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
  if (contentType === 'application/strategic-merge-patch+json') {
    return strategicPatched(object, patch as KubernetesObject);
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

/** As far as the injector uses it: conditions are merged by their types; a uid has to be the object's. */
function strategicPatched(object: KubernetesObject, patch: KubernetesObject): KubernetesObject {
  const uid = patch.metadata?.uid;
  if (uid !== undefined && uid !== object.metadata?.uid) {
    throw new Refusal(409, 'Conflict', 'the uid in the precondition is another');
  }
  const merged = mergePatched(object, patch) as KubernetesObject;
  const given = conditionsOf(patch);
  if (given.length === 0) return merged;
  const others = conditionsOf(object).filter((one) => !given.some(({ type }) => type === one.type));
  return {
    ...merged,
    status: { ...(merged['status'] as object), conditions: [...others, ...given] },
  };
}

const conditionsOf = ({ status }: KubernetesObject): readonly { readonly type: string }[] =>
  (status as { conditions?: { type: string }[] } | undefined)?.conditions ?? [];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
