/**
 * Kubernetes quantities ("100m", "1.5Gi", "1e3"), held as whole nano-units so that sums and comparisons are exact.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const NANO = 1_000_000_000n;
const DECIMAL: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/** More characters than any amount has; arithmetic on a megabyte of digits would take seconds. */
const LONGEST = 64;
/** Larger powers of ten stand for an amount that is larger, or smaller, than any other. */
const LARGEST_POWER = 60;

/** @returns the quantity in nano-units, or undefined where the text is not a quantity. */
export function parseQuantity(quantity: string | number | undefined): bigint | undefined {
  const text = String(quantity ?? 'none');
  const [match, sign, whole = '', fraction = '', exponent, suffix = ''] =
    (text.length > LONGEST ? null : FORM.exec(text)) ?? [];
  if (match === undefined || whole + fraction === '') return undefined;
  const scaled = scale(BigInt(whole + fraction), powerOf(exponent, suffix) - fraction.length);
  const nanos = scaled * 1024n ** BigInt(BINARY.indexOf(suffix) + 1);
  return sign === '-' ? -nanos : nanos;
}

/** The power of ten by which a number is to be multiplied to be in nano-units. */
const powerOf = (exponent: string | undefined, suffix: string): number =>
  9 + (exponent === undefined ? (DECIMAL[suffix] ?? 0) : bounded(Number(exponent)));

const bounded = (power: number): number => Math.max(-LARGEST_POWER, Math.min(LARGEST_POWER, power));

const scale = (value: bigint, power: number): bigint =>
  power >= 0 ? value * 10n ** BigInt(power) : divideUp(value, 10n ** BigInt(-power));

/** Rounds up, as the API server does. */
export const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

/** @returns the shortest form without a suffix, or in thousandths: "2", "1500m". */
export const formatQuantity = (nanos: bigint): string =>
  nanos % NANO === 0n ? String(nanos / NANO) : `${String(divideUp(nanos, NANO / 1000n))}m`;

const BYTES: readonly (readonly [string, bigint])[] = [
  ['Gi', 1024n ** 3n],
  ['Mi', 1024n ** 2n],
  ['Ki', 1024n],
];

/** @returns an amount of bytes as people write it, "128Mi", where that is exact. */
export function formatBytes(nanos: bigint): string {
  const suffix = BYTES.find(([, size]) => nanos > 0n && nanos % (size * NANO) === 0n);
  return suffix === undefined ? formatQuantity(nanos) : `${nanos / (suffix[1] * NANO)}${suffix[0]}`;
}

/** "1000m" and "1" are one quantity: the API server rewrites one as the other. */
export function equalQuantities(a: unknown, b: unknown): boolean {
  if (!isScalar(a) || !isScalar(b)) return a === b;
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  return left === undefined ? a === b : left === right;
}

const isScalar = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';
