import { UsageError } from './fail.js';

/** So many pods are looked at in seconds and fit into memory. */
const MOST = 100_000;

/**
 * What `--limit` says.
 *
 * @throws UsageError if it is no number of pods.
 */
export function limitOf(limit: string): number {
  const number = /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= MOST) return number;
  throw new UsageError(`expected --limit to be a number from 1 to ${MOST}, got ${limit}`);
}
