import type { DaemonSetReason, PodReason } from '../decide/reasons.js';
import type { DaemonSetVerdict, Outcome } from '../outcome.js';
import type { RecordedDaemonSet } from '../record/record.js';
import { isPass, keyOf } from './belief.js';

/**
 * The reasons with which somebody has said that a pod does not get DaemonSets any more. The others tell how things are: what
 * lacks for a moment, as a node or a ConfigMap, is no reason to make pods anew that run well.
 */
const POD_SAYS: ReadonlySet<PodReason> = new Set([
  'pod_opted_out',
  'namespace_opted_out',
  'kube_system',
  'host_network',
  'host_pid',
  'share_process_namespace',
  'left_to_platform',
]);

/** The same of one DaemonSet. */
const DAEMON_SET_SAYS: ReadonlySet<DaemonSetReason> = new Set([
  'not_marked',
  'daemonset_deleted',
  'not_listed',
  'label_mismatch',
  'other_operating_system',
  'node_not_selected',
  'taint_not_tolerated',
  'host_mutator',
  'host_view',
  'host_file',
  'not_portable',
  'pod_security',
]);

/** Why a pod on a node that is known would not get a DaemonSet any more that it has, if somebody has said so. */
export function refusalOf(recorded: RecordedDaemonSet, outcome: Outcome): string | undefined {
  if (!isPass(outcome)) return POD_SAYS.has(outcome.reason) ? clauseOf(outcome) : undefined;
  const verdict = outcome.daemonSets.find((one) => keyOf(one) === keyOf(recorded));
  if (verdict?.decision !== 'skip') return undefined;
  return DAEMON_SET_SAYS.has(verdict.reason) ? clauseOf(verdict) : undefined;
}

/** A reason with its detail, as a clause. */
export const clauseOf = ({ reason, detail = '' }: Outcome | DaemonSetVerdict): string =>
  detail === '' ? reason : `${reason} (${detail})`;
