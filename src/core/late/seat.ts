import { gateFor } from '../decide/gates.js';
import { landingOf } from '../decide/landing.js';
import type { Landing } from '../decide/landing.js';
import { wishesOf } from '../decide/pod-wishes.js';
import type { Subject } from '../decide/subject.js';
import { factsOf } from '../facts/facts.js';
import { metaOf, specOf } from '../model/pod.js';
import type { Pod } from '../model/types.js';
import type { Settings } from '../settings.js';
import { isOver, observed } from '../status/observed.js';
import type { World } from '../world/world.js';

/** A pod that runs, and the virtual node on which it does. */
export interface Seat {
  readonly subject: Subject;
  readonly landing: Landing;
}

/**
 * Where a pod sits to which something may be added.
 *
 * @param pod a whole one, or as `prunedBound` leaves it.
 * @returns undefined for a pod that is left alone: it is not bound, not to a virtual node, over, or one of the gates of
 *   admission holds, which are asked again, since a pod or its namespace may have opted out since.
 */
export function seatOf(pod: Pod, world: World, settings: Settings): Seat | undefined {
  const spec = specOf(pod);
  if ((spec.nodeName ?? '') === '' || isOver(observed(pod))) return undefined;
  const namespace = metaOf(pod).namespace ?? '';
  const { annotationPrefixes } = settings;
  const subject: Subject = {
    ...{ pod, spec, namespace, world, settings },
    claimVolumes: [],
    wishes: wishesOf(pod, world.namespace(namespace), annotationPrefixes, () => undefined),
    facts: factsOf(world, settings),
  };
  if (gateFor(subject) !== undefined) return undefined;
  const landing = landingOf(subject);
  return typeof landing === 'string' ? undefined : { subject, landing };
}
