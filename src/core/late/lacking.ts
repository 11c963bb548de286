import { choose } from '../decide/choose.js';
import { INJECTED_LABEL, RECORD_ANNOTATION } from '../model/annotations.js';
import { metaOf } from '../model/pod.js';
import { valueAt } from '../model/types.js';
import type { Pod } from '../model/types.js';
import { decodeRecord } from '../record/record.js';
import type { InjectionRecord } from '../record/record.js';
import type { Settings } from '../settings.js';
import type { World } from '../world/world.js';
import { seatOf } from './seat.js';

/**
 * The marked DaemonSets that go into pods like this on its node, and that its record does not name, whether they can be
 * carried over or not: nothing is planned. Cheap enough to be asked of every pod whenever something changes.
 *
 * @param pod as `prunedBound` leaves it, or a whole one.
 * @returns their names, as "namespace/name", in the order of the World; none for a pod that is left alone.
 */
export function lackingIn(pod: Pod, world: World, settings: Settings): readonly string[] {
  const seat = seatOf(pod, world, settings);
  if (seat === undefined) return [];
  const { chosen } = choose(seat.subject, seat.landing.fitting, false);
  if (chosen.length === 0) return [];
  const record = recordIn(pod);
  if (record === 'unreadable') return [];
  const named = namedIn(record);
  return chosen.map(({ key }) => key).filter((key) => !named.has(key));
}

/**
 * What a pod's annotation says, which anybody may have written.
 *
 * @returns undefined for a pod that was never injected; 'unreadable' where nobody can tell what was: the text is none, or of
 *   a version that this program does not know, or it is gone, and the label that was written with it is still there.
 */
export function recordIn(pod: Pod): InjectionRecord | 'unreadable' | undefined {
  const { labels, annotations } = metaOf(pod);
  const text = valueAt(annotations, RECORD_ANNOTATION);
  if (text !== undefined) return decodeRecord(text) ?? 'unreadable';
  return valueAt(labels, INJECTED_LABEL) === 'true' ? 'unreadable' : undefined;
}

/** The DaemonSets that a record names, as "namespace/name". */
export const namedIn = (record: InjectionRecord | undefined): ReadonlySet<string> =>
  new Set(record?.daemonSets.map(({ namespace, name }) => `${namespace}/${name}`));
