/** An object of JSON. */
export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is unknown[] => Array.isArray(value);

export const copyOf = <T>(value: T): T =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);

/** Sets a field as JSON.parse does: `__proto__` is a field like any other. */
export function setField(of: Fields, key: string, value: unknown): void {
  Object.defineProperty(of, key, { value, enumerable: true, writable: true, configurable: true });
}

/** The fields of what may not even be an object. */
export const fieldsAt = (value: unknown, ...path: readonly string[]): Fields => {
  const found = path.reduce<unknown>((at, key) => (isFields(at) ? at[key] : undefined), value);
  return isFields(found) ? found : {};
};

/** The items of what may not even be a list. */
export const itemsAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const last = path.at(-1);
  const found = last === undefined ? value : fieldsAt(value, ...path.slice(0, -1))[last];
  return isList(found) ? found : [];
};
