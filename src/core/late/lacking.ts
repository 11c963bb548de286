import { choose } from '../decide/choose.js';
import { RECORD_ANNOTATION } from '../model/annotations.js';
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
  const named = namedIn(recordIn(pod));
  return chosen.map(({ key }) => key).filter((key) => !named.has(key));
}

/** What a pod's annotation says, which anybody may have written; undefined for none, and for a text that is none. */
export function recordIn(pod: Pod): InjectionRecord | undefined {
  const text = valueAt(metaOf(pod).annotations, RECORD_ANNOTATION);
  return text === undefined ? undefined : decodeRecord(text);
}

/** The DaemonSets that a record names, as "namespace/name". */
export const namedIn = (record: InjectionRecord | undefined): ReadonlySet<string> =>
  new Set(record?.daemonSets.map(({ namespace, name }) => `${namespace}/${name}`));
