import { DEEPEST, isDeeper } from '../core/model/depth.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { Resource } from './resources.js';
import type { Unusable } from './states.js';

/** An object that has a name, or a code for what is wrong with it. */
export type Identified =
  { readonly object: KubernetesObject } | { readonly unusable: Unusable; readonly name: string };

/** Names in the log are bounded: Kubernetes allows 253 characters. */
const NAME_LIMIT = 253;

/** Whether what came is an object of the kind. The items of a list bear no kind, and are given it. */
export function identify({ kind, group, version }: Resource, item: unknown): Identified {
  if (!isObject(item)) return { unusable: 'wrong_kind', name: '' };
  const { metadata } = item;
  const name = isObject(metadata) ? textOf(metadata['name']) : '';
  if ((item['kind'] ?? kind) !== kind) return { unusable: 'wrong_kind', name };
  if (name === '') return { unusable: 'no_name', name };
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return { object: { ...item, apiVersion, kind } };
}

/**
 * Reduces an object by a function that may fail on it.
 *
 * @returns undefined if nothing is kept of it.
 */
export function reduce(
  object: KubernetesObject,
  keep: (object: KubernetesObject) => KubernetesObject | undefined,
): KubernetesObject | Unusable | undefined {
  try {
    const kept = keep(object);
    // Some of what is done with an object goes as deep as it does, and JSON can be deeper than a stack.
    return isDeeper(kept, DEEPEST) ? 'too_deep' : kept;
  } catch {
    return 'unreadable';
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, NAME_LIMIT) : '';
