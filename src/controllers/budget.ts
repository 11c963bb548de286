import { fieldsOf } from '../cluster/raw.js';
import type { KubernetesObject } from '../core/model/types.js';

/**
 * How many more pods of a DaemonSet may be away, by its own `maxUnavailable`; with OnDelete, where it has none, one at a
 * time. So it is with `maxSurge`, whose zero would let nothing go ever: what is replaced here cannot be doubled.
 *
 * @param daemonSet as the API server has it, with its status.
 * @param away how many are seen to be away; the DaemonSet's own status may say more, or be behind.
 */
export function budgetOf(daemonSet: KubernetesObject, away: number): number {
  const { spec, status } = daemonSet;
  const { numberUnavailable, desiredNumberScheduled } = fieldsOf(status);
  const { type, rollingUpdate } = fieldsOf(fieldsOf(spec)['updateStrategy']);
  const { maxUnavailable } = fieldsOf(rollingUpdate);
  const limit = type === 'OnDelete' ? 1 : scaled(maxUnavailable, countOf(desiredNumberScheduled));
  return Math.max(1, limit) - Math.max(away, countOf(numberUnavailable));
}

/** Per cent of a number are rounded up, as the DaemonSet controller does. */
function scaled(value: unknown, of: number): number {
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  if (percent !== undefined) return Math.ceil((Number(percent) * of) / 100);
  return countOf(value ?? 1);
}

const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
