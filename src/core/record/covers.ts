import { equalQuantities } from '../model/quantity.js';

/** Fields that hold quantities, which the API server rewrites ("1000m" becomes "1"). */
const QUANTITIES = new Set(['requests', 'limits', 'sizeLimit', 'divisor']);

/**
 * Whether an object has all that was planned for it. It may have more: the API server fills in defaults, and other
 * webhooks add variables and mounts to every container. What is planned empty may be absent, as the API server leaves
 * out what is empty.
 */
export const covers = (actual: unknown, planned: unknown): boolean =>
  matches(actual, planned, '', isEmpty);

/**
 * As `covers`, but a field that is absent is taken for one that somebody dropped: the API server drops what it does
 * not know or has switched off, another webhook what it forbids. To put it back each time would be a fight.
 */
export const contradicts = (actual: unknown, planned: unknown): boolean =>
  !matches(actual, planned, '', () => true);

/** @param absent what to say of a planned value where nothing is. */
function matches(
  actual: unknown,
  planned: unknown,
  field: string,
  absent: (planned: unknown) => boolean,
): boolean {
  if (actual === undefined || actual === null) return absent(planned);
  if (Array.isArray(planned)) {
    return Array.isArray(actual) && matchesList(actual, planned, field, absent);
  }
  if (!isRecord(planned)) {
    return QUANTITIES.has(field) ? equalQuantities(actual, planned) : actual === planned;
  }
  const inside = (key: string): string => (QUANTITIES.has(field) ? field : key);
  return (
    isRecord(actual) &&
    Object.entries(planned).every(([key, value]) =>
      matches(Object.hasOwn(actual, key) ? actual[key] : undefined, value, inside(key), absent),
    )
  );
}

/** Texts (a command) must be the same in the same order; objects (variables, mounts) must be among those there. */
function matchesList(
  actual: readonly unknown[],
  planned: readonly unknown[],
  field: string,
  absent: (planned: unknown) => boolean,
): boolean {
  if (planned.every(isRecord)) {
    return planned.every((one) =>
      actual.some((other) => sameItem(other, one) && matches(other, one, field, absent)),
    );
  }
  return (
    actual.length === planned.length &&
    planned.every((one, i) => matches(actual[i], one, field, absent))
  );
}

/** Items of a list are told apart by one of these, the first that they have. */
const KEYS = ['mountPath', 'name', 'containerPort'];

export const isKeyed = (item: unknown): item is Record<string, unknown> =>
  isRecord(item) && KEYS.some((key) => item[key] !== undefined);

export function sameItem(actual: unknown, planned: Record<string, unknown>): boolean {
  const key = KEYS.find((one) => planned[one] !== undefined);
  return isRecord(actual) && (key === undefined || actual[key] === planned[key]);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || value === '' || value === false || value === 0;
}

/**
 * One image under two names: a mirror's webhook puts its registry before it, a policy's replaces the tag by the digest
 * that it stands for, or adds it.
 */
export function sameImage(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  const [left, right] = [partsOf(a ?? ''), partsOf(b ?? '')];
  if (left.name === '' || left.name !== right.name) return false;
  return left.digest !== '' && right.digest !== ''
    ? left.digest === right.digest
    : left.digest + right.digest !== '' || left.tag === right.tag;
}

function partsOf(image: string): { name: string; tag: string; digest: string } {
  const [reference = '', digest = ''] = image.split('@');
  const [name = '', tag = ''] = reference.slice(reference.lastIndexOf('/') + 1).split(':');
  return { name, tag, digest };
}
