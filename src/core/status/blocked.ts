/** What is asked about a pod that a PodDisruptionBudget keeps from being changed. */
export interface Patience {
  /** Since when it does, in milliseconds since 1970; undefined for a pod that may be changed sooner or later. */
  readonly blockedSince: number | undefined;
  /** Since when the pod's node wants the revision, in RFC 3339. */
  readonly since: string;
  /** Milliseconds. */
  readonly progressDeadline: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * How long a budget that never allows anything is waited for. After that its pods are outdated, as are all that cannot be
 * changed while they run: or one tenant's budget would keep a rollout from ending for ever.
 *
 * @returns milliseconds; 0 where the time is over, undefined for a pod that is not blocked.
 */
export function patienceFor(asked: Patience): number | undefined {
  const { blockedSince, since, progressDeadline, now } = asked;
  if (blockedSince === undefined) return undefined;
  const began = Math.max(blockedSince, Date.parse(since) || 0);
  return Math.max(0, began + progressDeadline - now);
}
