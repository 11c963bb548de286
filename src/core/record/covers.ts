import { equalQuantities } from '../model/quantity.js';

/** Fields that hold quantities, which the API server rewrites ("1000m" becomes "1"). */
const QUANTITIES = new Set(['requests', 'limits', 'sizeLimit', 'divisor']);

/**
 * Whether an object has all that was planned for it. It may have more: the API server fills in defaults, and other
 * webhooks add variables and mounts to every container. What is planned empty may be absent, as the API server leaves
 * out what is empty.
 */
export function covers(actual: unknown, planned: unknown, field = ''): boolean {
  if (actual === undefined || actual === null) return isEmpty(planned);
  if (Array.isArray(planned)) return Array.isArray(actual) && coversList(actual, planned, field);
  if (isRecord(planned)) {
    return (
      isRecord(actual) &&
      Object.entries(planned).every(([key, value]) =>
        covers(actual[key], value, QUANTITIES.has(field) ? field : key),
      )
    );
  }
  return QUANTITIES.has(field) ? equalQuantities(actual, planned) : actual === planned;
}

/** Texts (a command) must be the same in the same order; objects (variables, mounts) must be among those there. */
function coversList(
  actual: readonly unknown[],
  planned: readonly unknown[],
  field: string,
): boolean {
  if (planned.every(isRecord)) {
    return planned.every((one) => actual.some((other) => covers(other, one, field)));
  }
  return (
    actual.length === planned.length && planned.every((one, i) => covers(actual[i], one, field))
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || value === '' || value === false || value === 0;
}

/** One image under two names: a mirror's webhook puts its registry before it or in place of the registry. */
export const sameImage = (a: string | undefined, b: string | undefined): boolean =>
  a === b || ((a ?? '') !== '' && lastPart(a ?? '') === lastPart(b ?? ''));

const lastPart = (image: string): string => image.slice(image.lastIndexOf('/') + 1);
