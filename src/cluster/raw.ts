/** Questions about JSON of which nothing is known: what others write into the API server may be anything. */

/** A value's fields; none if it is no map. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** A value's items; none if it is no list. */
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A text; empty if it is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
