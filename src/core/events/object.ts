import { fittingNote } from './draft.js';
import type { Sighting } from './series.js';
import type { KubernetesObject } from '../model/types.js';

/** Who writes events, as the API asks for it: a qualified name. The policy of the chart goes by it. */
export const REPORTING_CONTROLLER = 'ds-injector.io/injector';

/** The API refuses longer names of whoever writes. */
const INSTANCE_LIMIT = 128;
/** Names have 253 characters at most, of which the time takes 17. */
const NAME_LIMIT = 230;

export interface EventIdentity {
  /** Which replica writes. */
  readonly instance: string;
  /** A number that no other event of this object at this millisecond has. */
  readonly id: number;
}

/** The name of an event: that of its object, and when it was first seen, in nanoseconds; as client-go has it. */
export function eventName({ draft, first }: Sighting, { id }: EventIdentity): string {
  const stamp = (BigInt(first) * 1_000_000n + BigInt(id % 1_000_000)).toString(16);
  return `${draft.regarding.name.slice(0, NAME_LIMIT)}.${stamp}`;
}

/** An event of events.k8s.io/v1. */
export function eventObject(sighting: Sighting, identity: EventIdentity): KubernetesObject {
  const { draft, first, count } = sighting;
  const { regarding, related, type, reason, action, note } = draft;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: regarding.namespace, name: eventName(sighting, identity) },
    eventTime: microTime(first),
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: identity.instance.slice(0, INSTANCE_LIMIT),
    ...{ type, reason, action, regarding, note: fittingNote(note) },
    ...(related === undefined ? {} : { related }),
    ...(count > 1 ? { series: seriesOf(sighting) } : {}),
  };
}

/** How often an event was seen, as a part of it. */
export const seriesOf = ({ count, last }: Sighting): object => ({
  count,
  lastObservedTime: microTime(last),
});

/** Times of events have microseconds. */
const microTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('Z', '000Z');
