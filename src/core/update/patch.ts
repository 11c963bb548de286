import { RECORD_ANNOTATION } from '../model/annotations.js';
import { encodeRecord, type RecordedDaemonSet } from '../record/record.js';
import type { Candidate } from './stage.js';

/** What a record says of an update, and the revision that follows from it. */
export type Update = Pick<RecordedDaemonSet, 'revision' | 'update'>;

/**
 * A strategic merge patch that gives the containers of a DaemonSet in a pod the images that they want, and makes the record
 * say so. Lists of containers are merged by name, and nothing but images is in them.
 */
export function updatePatch({ pod, recorded, held }: Candidate, update: Update): object {
  const images = new Map(
    held.flatMap(({ name, wantedImage }) =>
      wantedImage === undefined ? [] : [[name, wantedImage] as const],
    ),
  );
  const inList = (isInit: boolean): object[] =>
    recorded.containers
      .filter(({ placement }) => (placement !== 'plain') === isInit)
      .flatMap(({ injectedAs: name }) => {
        const image = images.get(name);
        return image === undefined ? [] : [{ name, image }];
      });
  const [containers, initContainers] = [inList(false), inList(true)];
  return {
    metadata: {
      ...(pod.uid !== '' && { uid: pod.uid }),
      // Others write into the record as well, and what they wrote must not be lost.
      ...(pod.resourceVersion !== '' && { resourceVersion: pod.resourceVersion }),
      annotations: { [RECORD_ANNOTATION]: recordWith(pod.record, recorded, update) },
    },
    ...(images.size > 0 && {
      spec: {
        ...(containers.length > 0 && { containers }),
        ...(initContainers.length > 0 && { initContainers }),
      },
    }),
  };
}

function recordWith(
  record: Candidate['pod']['record'],
  recorded: RecordedDaemonSet,
  { revision, update }: Update,
): string {
  const { update: _, ...others } = recorded;
  const after: RecordedDaemonSet = { ...others, revision, ...(update && { update }) };
  const all = (record?.daemonSets ?? []).map((one) => (one === recorded ? after : one));
  return encodeRecord({ version: 1, volumes: [], ...record, daemonSets: all });
}
