import type { DaemonSetVerdict } from '../outcome.js';
import type { Blueprint } from './blueprint.js';
import type { DaemonSetReason } from './reasons.js';

/** Why a marked DaemonSet does not go into a pod. */
export interface Refusal {
  readonly reason: DaemonSetReason;
  /** The particulars, never a value that could be a secret. */
  readonly detail?: string;
}

/** The verdict on a DaemonSet that is refused. */
export const refused = (
  { namespace, name }: Pick<Blueprint, 'namespace' | 'name'>,
  refusal: Refusal,
): DaemonSetVerdict => ({
  namespace,
  name,
  decision: 'skip',
  ...refusal,
  containers: [],
});
