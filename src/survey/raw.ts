import type { KubernetesObject } from '../core/model/types.js';

/**
 * Reading objects that anybody may have written and that may be anything: a path that leads nowhere, or to something
 * else than was asked for, yields what stands for nothing.
 */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(
    (here, step) => (isMap(here) && Object.hasOwn(here, step) ? here[step] : undefined),
    value,
  );
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Empty for what is no text. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export const textsAt = (value: unknown, ...path: readonly string[]): readonly string[] =>
  listAt(value, ...path).filter((one) => typeof one === 'string');

export function mapAt(
  value: unknown,
  ...path: readonly string[]
): Readonly<Record<string, unknown>> {
  const found = at(value, ...path);
  return isMap(found) ? found : {};
}

/** Labels or annotations; entries that are no texts are passed over. */
export const stringMapAt = (
  value: unknown,
  ...path: readonly string[]
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(mapAt(value, ...path)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );

export const labelsOf = (object: unknown): Readonly<Record<string, string>> =>
  stringMapAt(object, 'metadata', 'labels');
export const annotationsOf = (object: unknown): Readonly<Record<string, string>> =>
  stringMapAt(object, 'metadata', 'annotations');

export const nameOf = (object: unknown): string => textAt(object, 'metadata', 'name');
export const namespaceOf = (object: unknown): string => textAt(object, 'metadata', 'namespace');

/** `namespace/name`, or the name of what is in no namespace. */
export function titleOf(object: unknown): string {
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Milliseconds since 1970 of a time as the API writes it; undefined for what is none. */
export function timeAt(value: unknown, ...path: readonly string[]): number | undefined {
  const time = Date.parse(textAt(value, ...path));
  return Number.isNaN(time) ? undefined : time;
}

/** The items of a List, which name neither their apiVersion nor their kind. */
export const itemsOf = (
  body: unknown,
  named: { readonly apiVersion: string; readonly kind: string },
): readonly KubernetesObject[] =>
  listAt(body, 'items')
    .filter(isMap)
    .map((item) => ({ ...item, ...named }));
