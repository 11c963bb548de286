import { INJECTED_LABEL, RECORD_ANNOTATION } from '../core/model/annotations.js';
import { allContainers, metaOf, specOf } from '../core/model/pod.js';
import { valueAt, type Pod } from '../core/model/types.js';
import { decodeRecord, encodeRecord, isEphemeral, restartsOf } from '../core/record/record.js';
import type { InjectionRecord, RecordedDaemonSet } from '../core/record/record.js';

/**
 * The labels and annotations of a pod that does not get its ephemeral containers: its record names none of them, whoever
 * promised them. What is in the pod stays as the record named it before.
 *
 * @param pod as it was read.
 * @param written the record that was written since; undefined where none was.
 * @returns undefined where there is nothing to take back; null for a label or an annotation that goes.
 */
export function takenBack(pod: Pod, written: string | undefined): object | undefined {
  const read = valueAt(metaOf(pod).annotations, RECORD_ANNOTATION);
  const present = written ?? read;
  const record = present === undefined ? undefined : decodeRecord(present);
  if (record === undefined) return undefined;
  const after = withoutAbsent(record, read === undefined ? undefined : decodeRecord(read), pod);
  const text = isEmpty(after) ? null : encodeRecord(after);
  if (text === encodeRecord(record)) return undefined;
  return {
    labels: { [INJECTED_LABEL]: text === null ? null : 'true' },
    annotations: { [RECORD_ANNOTATION]: text },
  };
}

function withoutAbsent(
  record: InjectionRecord,
  before: InjectionRecord | undefined,
  pod: Pod,
): InjectionRecord {
  const known = new Map(before?.daemonSets.map((one) => [keyOf(one), one]));
  const names = new Set(allContainers(specOf(pod)).map(({ name }) => name));
  const daemonSets = record.daemonSets
    .map((one) => (isEphemeral(one) ? (known.get(keyOf(one)) ?? one) : one))
    .filter((one) => !isEphemeral(one) || one.containers.some((container) => wasAdded(container)));
  return { ...record, daemonSets };

  /** One that was started again was there under another name, and is there still. */
  function wasAdded(container: RecordedDaemonSet['containers'][number]): boolean {
    return names.has(container.injectedAs) || restartsOf(container) > 0;
  }
}

const keyOf = ({ namespace, name }: RecordedDaemonSet): string => `${namespace}/${name}`;

/** Whether a record says that nothing was injected, nor changed for that. */
const isEmpty = ({ version: _, daemonSets, volumes, ...more }: InjectionRecord): boolean =>
  daemonSets.length + volumes.length + Object.keys(more).length === 0;
