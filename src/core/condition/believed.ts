import type { Blueprint } from '../decide/blueprint.js';
import type { DaemonSetIndex } from '../facts/daemon-sets.js';
import { metaOf } from '../model/pod.js';
import type { RecordedContainer, RecordedDaemonSet } from '../record/record.js';
import type { ObservedPod } from '../status/observed.js';
import { comingTo, heldIn } from '../status/revisions.js';

/** What of a pod's record counts. */
export interface Believed {
  /** DaemonSets with those of their containers that a revision of them has. */
  readonly daemonSets: readonly RecordedDaemonSet[];
  /** Those that are gone, were made anew, or are not marked any more, with their containers that are in the pod. */
  readonly orphans: readonly RecordedDaemonSet[];
}

/**
 * Sorts out what a pod's record names. Of a DaemonSet that is gone nothing is left to compare with, so its containers are
 * believed by their names: nothing follows from them but what is said of the pod itself.
 */
export function believedIn(
  pod: ObservedPod,
  index: Pick<DaemonSetIndex, 'find' | 'blueprintAt'>,
): Believed {
  const daemonSets: RecordedDaemonSet[] = [];
  const orphans: RecordedDaemonSet[] = [];
  for (const recorded of pod.record?.daemonSets ?? []) {
    const present = presentOf(recorded, index);
    const containers = present
      ? believedOf(pod, recorded, [index.blueprintAt(present, recorded.revision), present])
      : recorded.containers.filter(({ injectedAs }) => pod.containers.has(injectedAs));
    if (containers.length > 0) (present ? daemonSets : orphans).push({ ...recorded, containers });
  }
  return { daemonSets, orphans };
}

/** The marked DaemonSet that a record means; undefined where it is gone. */
function presentOf(
  { namespace, name, uid }: RecordedDaemonSet,
  index: Pick<DaemonSetIndex, 'find'>,
): Blueprint | undefined {
  const found = index.find(`${namespace}/${name}`);
  if (found?.marked !== true) return undefined;
  const actual = metaOf(found.daemonSet).uid;
  return uid === undefined || actual === undefined || uid === actual ? found : undefined;
}

/** Those that are there, and then also those that are still to be added. */
function believedOf(
  pod: ObservedPod,
  recorded: RecordedDaemonSet,
  known: readonly (Blueprint | undefined)[],
): RecordedDaemonSet['containers'] {
  const coming = new Set(comingTo(pod, recorded).map(({ name }) => name));
  const isHeld = ({ container, injectedAs }: RecordedContainer): boolean =>
    heldIn(pod, { source: container, name: injectedAs }, { known, wanted: undefined }).length > 0;
  return recorded.containers.some(isHeld)
    ? recorded.containers.filter((one) => isHeld(one) || coming.has(one.injectedAs))
    : [];
}
