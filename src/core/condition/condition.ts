import { INJECTED_READY } from '../model/annotations.js';
import { timeText } from '../model/time.js';
import { conditionIn, type Condition, type ObservedPod } from '../status/observed.js';
import type { Believed } from './believed.js';
import { reportsOf, type ContainerReport } from './containers.js';
import { worstOf, type Trouble } from './trouble.js';

/** A condition with all of its fields. */
export type WholeCondition = Required<Condition>;

/**
 * The condition that sums up what was injected into a pod.
 *
 * A kubelet's message tells of each of its attempts, so that what is said here leaves it out: the condition changes only
 * when something else is the matter.
 *
 * @param now milliseconds since 1970.
 * @returns undefined where there is nothing to write: it is as the pod says already, or nothing was injected.
 */
export function conditionFor(
  pod: ObservedPod,
  believed: Believed,
  now: number,
): WholeCondition | undefined {
  const before = conditionIn(pod.conditions, INJECTED_READY);
  const said = saidOf(pod, believed) ?? (before && NOTHING);
  if (said === undefined) return undefined;
  const isSame = before?.status === said.status;
  if (isSame && before.reason === said.reason && before.message === said.message) return undefined;
  return {
    type: INJECTED_READY,
    ...said,
    lastTransitionTime: isSame ? (before.lastTransitionTime ?? timeText(now)) : timeText(now),
  };
}

type Said = Pick<WholeCondition, 'status' | 'reason' | 'message'>;

/** What is said of a pod that had something injected, and of whose record nothing is believed any more. */
const NOTHING: Said = {
  status: 'Unknown',
  reason: 'RecordNotBelieved',
  message: 'nothing that the record names is in the pod as a DaemonSet has it',
};

function saidOf(pod: ObservedPod, { daemonSets, orphans }: Believed): Said | undefined {
  const reports = reportsOf(pod, [...daemonSets, ...orphans]);
  if (reports.length === 0) return undefined;
  const said = stateOf(pod, reports);
  if (orphans.length === 0) return said;
  const names = orphans.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  return {
    ...said,
    reason: said.status === 'True' ? 'Orphaned' : said.reason,
    message: `${said.message}; orphaned: ${names}`,
  };
}

function stateOf({ phase }: ObservedPod, reports: readonly ContainerReport[]): Said {
  if (phase === 'Succeeded' || phase === 'Failed') {
    const reason = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
    return { status: 'False', reason, message: 'the pod has ended' };
  }
  const unready = reports.filter((report) => !isWell(report));
  if (unready.length === 0) {
    const message = `${reports.length} of ${reports.length} injected containers are ready`;
    return { status: 'True', reason: 'Ready', message };
  }
  if (reports.every(({ state }) => state === 'unreported')) {
    return { status: 'Unknown', reason: 'NotReported', message: 'nothing was said of them yet' };
  }
  const worst = worstOf(unready);
  const names = unready.map(nameOf).join(', ');
  if (worst === undefined) {
    return { status: 'False', reason: 'Starting', message: `not ready yet: ${names}` };
  }
  return { status: 'False', reason: reasonOf(worst), message: messageOf(worst, unready) };
}

/** One that runs to its end is well when it has done so well. */
const isWell = ({ ready, placement, exitCode }: ContainerReport): boolean =>
  ready || (placement === 'init' && exitCode === 0);

const nameOf = ({ injectedAs, daemonSet }: Pick<ContainerReport, 'injectedAs' | 'daemonSet'>) =>
  `${injectedAs} (${daemonSet})`;

function messageOf(
  { container, daemonSet, reason, exitCode }: Trouble,
  unready: readonly ContainerReport[],
): string {
  const code = exitCode === undefined ? '' : `, exit code ${exitCode}`;
  const others = unready.filter(
    (one) => one.injectedAs !== container || one.daemonSet !== daemonSet,
  );
  const rest = others.length === 0 ? '' : `; not ready either: ${others.map(nameOf).join(', ')}`;
  return `${container} (${daemonSet}): ${reason}${code}${rest}`;
}

/** As the API asks for a condition's reason; a kubelet's is, and what is none is not passed on. */
const reasonOf = ({ reason }: Trouble): string =>
  /^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(reason) ? reason : 'NotReady';
