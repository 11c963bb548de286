/** Any part of an object, to any depth; lists are given whole. */
export type Overrides<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Overrides<T[K]> | null | undefined }
    : T;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Puts overrides over a base: objects are merged, everything else is replaced, the last write wins. `undefined`
 * removes a field, as JSON knows none.
 */
export function merge<T>(base: T, ...overrides: readonly (Overrides<T> | undefined)[]): T {
  return overrides.reduce<unknown>(mergeTwo, structuredClone(base)) as T;
}

function mergeTwo(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isFields(base) || !isFields(over)) return structuredClone(over);
  const merged: Fields = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) Reflect.deleteProperty(merged, key);
    else merged[key] = key in base ? mergeTwo(base[key], value) : structuredClone(value);
  }
  return merged;
}
