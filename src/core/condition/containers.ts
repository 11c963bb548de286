import { defined } from '../model/defined.js';
import { textOf } from '../model/text.js';
import type { Placement } from '../outcome.js';
import type { RecordedDaemonSet } from '../record/record.js';
import type { ContainerStatus, ObservedPod } from '../status/observed.js';

/** How an injected container fares. */
export interface ContainerReport {
  /** "namespace/name" of its DaemonSet. */
  readonly daemonSet: string;
  /** Its name in the DaemonSet. */
  readonly container: string;
  /** Its name in the pod: what to type after `-c`. */
  readonly injectedAs: string;
  readonly placement: Placement;
  /** That an ephemeral one runs to its end before the others. */
  readonly init?: true;
  /** `unreported`: nobody has said anything of it yet. */
  readonly state: 'waiting' | 'running' | 'terminated' | 'unreported';
  readonly ready: boolean;
  readonly restarts: number;
  /** Why it waits or ended, as the kubelet says it. */
  readonly reason?: string;
  readonly message?: string;
  /** With which code it ended. */
  readonly exitCode?: number;
}

/**
 * How the containers of DaemonSets fare in a pod: those that are in its spec, and ephemeral ones that are still to be added.
 *
 * @param daemonSets of the pod's record, as far as they are believed.
 */
export const reportsOf = (
  pod: Pick<ObservedPod, 'containers' | 'statuses'>,
  daemonSets: readonly RecordedDaemonSet[],
): readonly ContainerReport[] =>
  daemonSets.flatMap(({ namespace, name, containers }) =>
    containers
      .filter(
        ({ injectedAs, placement }) => placement === 'ephemeral' || pod.containers.has(injectedAs),
      )
      .map(({ container, injectedAs, placement, init }) => ({
        daemonSet: `${namespace}/${name}`,
        ...{ container, injectedAs, placement },
        ...(init === true ? { init } : {}),
        ...stateOf(pod.statuses.get(injectedAs)),
      })),
  );

type State = Omit<ContainerReport, 'daemonSet' | 'container' | 'injectedAs' | 'placement' | 'init'>;

function stateOf(status: ContainerStatus | undefined): State {
  const { waiting, running, terminated } = status?.state ?? {};
  const ready = status?.ready === true;
  const restarts = status?.restartCount ?? 0;
  if (waiting) return { state: 'waiting', ready, restarts, ...wordsOf(waiting) };
  if (running) return { state: 'running', ready, restarts };
  if (!terminated) return { state: 'unreported', ready, restarts };
  const { exitCode } = terminated;
  return { state: 'terminated', ready, restarts, exitCode, ...wordsOf(terminated) };
}

const wordsOf = ({ reason, message }: { reason?: string; message?: string }) =>
  defined({ reason: textOr(reason), message: textOr(message) });

const textOr = (value: unknown): string | undefined => textOf(value) || undefined;
