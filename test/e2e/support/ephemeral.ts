import type { Pod } from '../../../src/core/model/types.js';
import type { PodStatus } from '../../../src/core/status/observed.js';
import { until, type Patience } from '../../cluster/until.js';
import { getJson } from './kubectl.js';

/** A pod with what kubelets say of it. */
export interface SeenPod extends Pod {
  readonly status: PodStatus;
}

/** What must not change of a pod while ephemeral containers come and go. */
export interface Standing {
  /** When it became ready, as long as it is; else that it is not. */
  readonly ready: string;
  /** How often containers of the business were restarted. */
  readonly restarts: number;
  readonly uid: string;
}

export const seenPod = (namespace: string, name: string): Promise<SeenPod> =>
  getJson<SeenPod>('pod', '-n', namespace, name);

export const ephemeralIn = ({ spec }: Pod): readonly string[] =>
  (spec?.ephemeralContainers ?? []).map(({ name }) => name);

export function standingOf({ metadata, status }: SeenPod): Standing {
  const ready = (status.conditions ?? []).find(({ type }) => type === 'Ready');
  return {
    ready: ready?.status === 'True' ? (ready.lastTransitionTime ?? '') : 'not ready',
    restarts: (status.containerStatuses ?? []).reduce(
      (sum, { restartCount = 0 }) => sum + restartCount,
      0,
    ),
    uid: metadata?.uid ?? '',
  };
}

/** Waits until an ephemeral container of a pod runs. @returns the pod. */
export const untilRuns = (
  [namespace, pod, container]: readonly [string, string, string],
  patience?: Patience,
): Promise<SeenPod> =>
  until(
    `the ephemeral container ${container} in ${pod}`,
    async () => {
      const seen = await seenPod(namespace, pod);
      const status = (seen.status.ephemeralContainerStatuses ?? []).find(
        ({ name }) => name === container,
      );
      if (status === undefined) throw new Error(`there is only ${ephemeralIn(seen).join(', ')}`);
      return status.state?.running !== undefined && seen;
    },
    patience,
  );
