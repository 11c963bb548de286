import type { InjectionRecord, RecordedContainer } from '../core/record/record.js';
import { isOver, type ObservedPod } from '../core/status/observed.js';

/** Whether a record names ephemeral containers, so that what becomes of them matters. */
export const promises = ({ record }: Pick<ObservedPod, 'record'>): boolean =>
  ephemeralIn(record).length > 0;

/**
 * What a pod's record promises and the pod does not have: ephemeral containers that are not there, and those that have
 * ended, since nobody starts them again. Whether anything is to be done about them is asked of the pod as a whole.
 *
 * @returns a text for each, another one when it ends again; none where all is there, or has done its work.
 */
export function owedTo(pod: ObservedPod | undefined): readonly string[] {
  if (pod === undefined || isOver(pod)) return [];
  const ends = ephemeralIn(pod.record).flatMap((one) => endOf(one, pod) ?? []);
  return ends.some(({ isDone }) => !isDone) ? ends.map(({ text }) => text) : [];
}

interface End {
  readonly text: string;
  /** An init container that ended well: it counts only for those that come after it. */
  readonly isDone: boolean;
}

function endOf({ injectedAs, init }: RecordedContainer, pod: ObservedPod): End | undefined {
  if (!pod.containers.has(injectedAs)) return { text: `${injectedAs} is absent`, isDone: false };
  const end = pod.statuses.get(injectedAs)?.state?.terminated;
  if (end === undefined) return undefined;
  const { exitCode, finishedAt = '' } = end;
  return {
    text: `${injectedAs} ended at ${finishedAt} with ${exitCode}`,
    isDone: init === true && exitCode === 0,
  };
}

const ephemeralIn = (record: InjectionRecord | undefined): readonly RecordedContainer[] =>
  (record?.daemonSets ?? []).flatMap(({ containers }) =>
    containers.filter(({ placement }) => placement === 'ephemeral'),
  );
