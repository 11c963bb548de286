import { defined } from '../model/defined.js';
import type { Judged } from './judge.js';
import type { ContainerState, ContainerStatus, PodStatus, Terminated } from './observed.js';
import type { Placeholder, PlaceholderContainer } from './placeholder.js';
import { troubleOf, worstOf, type Worst } from './summary.js';

export interface Verdict {
  /** Whether the placeholder's containers are ready as a whole. */
  readonly isReady: boolean;
  /** Since when they run, in RFC 3339. */
  readonly startTime: string;
}

/**
 * What a placeholder says of each of its containers: that it runs, or the worst state that it has in a pod of its node,
 * if that keeps the placeholder from being ready. The number of restarts is the highest that a pod has: a sum over many
 * pods looks like one that crashes without end, and goes back when a pod goes.
 */
export function containerStatuses(
  { containers, initContainers }: Placeholder,
  all: readonly Judged[],
  verdict: Verdict,
): Pick<PodStatus, 'containerStatuses' | 'initContainerStatuses'> {
  const status = (container: PlaceholderContainer): ContainerStatus => {
    const worst = verdict.isReady
      ? undefined
      : worstOf(
          all.filter(({ fails }) => fails),
          container.name,
        );
    const runsOn = !initContainers.includes(container) || container.restartPolicy === 'Always';
    return defined({
      name: container.name,
      image: container.image ?? '',
      ready: !worst,
      started: runsOn ? !worst : undefined,
      restartCount: restartsOf(container.name, all),
      state: stateOf(worst, runsOn, verdict),
      lastState: lastStateOf(worst),
    });
  };
  return {
    containerStatuses: containers.map(status),
    initContainerStatuses: initContainers.map(status),
  };
}

/** What of a container's status is ours. The API server writes out times and texts that are empty. */
export function ownStatus(status: ContainerStatus): ContainerStatus {
  const { name, image, ready, started, restartCount, state, lastState } = status;
  return defined({
    ...{ name, image, ready, started, restartCount },
    state: defined({
      waiting: state?.waiting && words(state.waiting),
      running: state?.running && defined({ startedAt: state.running.startedAt }),
      terminated: state?.terminated && end(state.terminated),
    }),
    lastState: lastState?.terminated && { terminated: end(lastState.terminated) },
  });
}

const words = ({ reason, message }: { reason?: string; message?: string }) =>
  defined({ reason: reason ?? '', message: message ?? '' });

const end = ({ exitCode, reason, message }: Terminated): Terminated => ({
  exitCode,
  reason: reason ?? '',
  message: message ?? '',
});

const restartsOf = (source: string, all: readonly Judged[]): number =>
  Math.max(
    0,
    ...all
      .flatMap(({ held }) => held)
      .filter((held) => held.source === source)
      .map(({ status }) => status?.restartCount ?? 0),
  );

function stateOf(
  worst: Worst | undefined,
  runsOn: boolean,
  { startTime }: Verdict,
): ContainerState {
  const { waiting, terminated } = worst?.held.status?.state ?? {};
  if (worst && (waiting ?? terminated)) {
    const { reason, message, pod } = troubleOf(worst);
    const told = { reason, message: `pod ${pod}: ${message}` };
    return terminated
      ? { terminated: { exitCode: terminated.exitCode, ...told } }
      : { waiting: told };
  }
  if (runsOn) return { running: { startedAt: startTime } };
  return { terminated: { exitCode: 0, reason: 'Completed', message: '' } };
}

function lastStateOf(worst: Worst | undefined): ContainerState | undefined {
  const { terminated } = worst?.held.status?.lastState ?? {};
  return terminated && { terminated: end(terminated) };
}
