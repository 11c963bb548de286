import { isMap, isPair, isScalar, isSeq, visit, type Document, type Node, type Scalar } from 'yaml';

/** A number of a document that JavaScript cannot hold as it is written. */
export interface Inexact {
  readonly scalar: Scalar;
  /** The keys and indexes on the way from the object to the number; for a key that is a number, to the map. */
  readonly path: readonly (string | number)[];
  readonly isKey: boolean;
}

/**
 * Finds the numbers below a node that cannot be represented exactly, those that come in by aliases as well.
 *
 * @param document must have been turned into JavaScript already, which refuses to follow too many aliases.
 */
export function inexactIn(node: Node | Document, document: Document): readonly Inexact[] {
  const found: Inexact[] = [];
  visit(node, {
    Scalar: (key, scalar, ancestors) => {
      if (isExact(scalar)) return;
      const isKey = key === 'key';
      // The pair of a key is named by the key itself.
      const path = pathOf(isKey ? ancestors.slice(0, -1) : [...ancestors, scalar]);
      found.push({ scalar, path, isKey });
    },
    Alias: (_, alias, ancestors) => {
      const target = alias.resolve(document);
      if (!target) return;
      const path = pathOf([...ancestors, alias]);
      for (const one of inexactIn(target, document)) {
        found.push({ ...one, path: [...path, ...one.path] });
      }
    },
  });
  return found;
}

/** Integers beyond 2^53 would be changed, and infinities have no JSON; a decimal fraction is a double for kubectl, too. */
function isExact(scalar: Scalar): boolean {
  const { value, source } = scalar;
  if (typeof value !== 'number') return true;
  if (!Number.isFinite(value)) return false;
  const isInteger = /^[-+]?(?:0[xXbBoO][0-9a-fA-F_]+|[0-9_]+)$/.test(source ?? '');
  return !isInteger || Number.isSafeInteger(value);
}

type Path = Inexact['path'];

function pathOf(nodes: readonly unknown[]): Path {
  return nodes.slice(1).flatMap((node, index): Path => {
    const parent = nodes[index];
    if (isSeq(parent)) return [parent.items.indexOf(node)];
    return isMap(parent) && isPair(node) ? [keyText(node.key)] : [];
  });
}

/** A key as it is called in an object. */
export function keyText(key: unknown): string {
  const value = isScalar(key) ? key.value : key;
  // That is what `<<` is for yaml.
  return typeof value === 'symbol' ? (value.description ?? '') : String(value);
}

/** Says which number, where it is, and what to do. */
export function inexactText({ scalar, path, isKey }: Inexact): string {
  const what = `the ${isKey ? 'key' : 'number'} ${scalar.source ?? ''}`;
  const where = path.length === 0 ? '' : ` in ${path.map(step).join('')}`;
  return `${what}${where} cannot be represented exactly; put it in quotes if it is text`;
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/**
 * Copies an object with its inexact integers as `bigint`, for a writer that knows these.
 *
 * @param value what was read, with the nearest numbers; it is not changed.
 * @returns undefined if there are others than plain decimal integers, or one cannot be found in the object.
 */
export function exactCopy<T>(value: T, numbers: readonly Inexact[]): T | undefined {
  const copy = structuredClone(value);
  return numbers.every((number) => setExact(copy, number)) ? copy : undefined;
}

function setExact(copy: unknown, { scalar, path, isKey }: Inexact): boolean {
  const source = scalar.source ?? '';
  if (isKey || !/^-?[1-9][0-9]*$/.test(source)) return false;
  const holder = path.slice(0, -1).reduce<unknown>(childOf, copy);
  const key = path.at(-1) ?? '';
  // A number that came in by `<<` is not where it was written.
  if (!['number', 'bigint'].includes(typeof childOf(holder, key))) return false;
  (holder as Record<string | number, unknown>)[key] = BigInt(source);
  return true;
}

const childOf = (holder: unknown, key: string | number): unknown =>
  typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Record<string | number, unknown>)[key]
    : undefined;
