import type { DaemonSetVerdict, Outcome } from '../core/outcome.js';

/** An audit event is meant to be small; hundreds of DaemonSets are summed up. */
const LIMIT = 2048;

/**
 * Why the answer is what it is, for the API server's audit log: it keeps these under the webhook's name, so that a pod
 * that was left alone months ago can still be explained.
 */
export function auditAnnotations({
  decision,
  reason,
  daemonSets,
  unnamed,
}: Outcome): Record<string, string> {
  const injected = daemonSets.filter((one) => one.decision === 'inject').map(keyOf);
  const skipped = daemonSets
    .filter((one) => one.decision === 'skip')
    .map((one) => `${keyOf(one)}=${one.reason}`);
  return {
    decision,
    reason,
    ...(injected.length > 0 && { injected: joined(injected) }),
    ...(skipped.length > 0 && { skipped: joined(skipped) }),
    ...(unnamed !== undefined && { unnamed: String(unnamed) }),
  };
}

const keyOf = ({ namespace, name }: DaemonSetVerdict): string => `${namespace}/${name}`;

function joined(items: readonly string[]): string {
  const text = items.join(',');
  if (text.length <= LIMIT) return text;
  const head = text.slice(0, LIMIT);
  return `${head.slice(0, head.lastIndexOf(','))},…`;
}
