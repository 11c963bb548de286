import type { KubernetesObject } from '../core/model/types.js';
import { fieldsOf, textOf } from './raw.js';

/** How long a leader stays one, in milliseconds. */
export interface LeaseTimes {
  /** For how long the record must be seen unchanged until another may take it; the longest of the three. */
  readonly leaseDuration: number;
  /** For how long a leader goes on that cannot renew; shorter, so that it has stopped when another begins. */
  readonly renewDeadline: number;
  /** Between two attempts. */
  readonly retryPeriod: number;
}

/** What a Lease says, whatever it holds. */
export interface LeaseRecord {
  /** Empty if nobody holds it. */
  readonly holder: string;
  /** Milliseconds for which it holds once it was seen to change; undefined if it does not say. */
  readonly duration: number | undefined;
  readonly acquireTime: string;
  /** Of the clock of its holder, and so of no use but to see that it changes. */
  readonly renewTime: string;
  readonly transitions: number;
  /** As the API server gave it, to be sent back with another spec: its labels and its version are not ours to change. */
  readonly object: KubernetesObject;
}

/** A record as it was seen here, and since when, in milliseconds of a clock that only goes forward. */
export interface Sighting {
  readonly record: LeaseRecord;
  readonly since: number;
}

const MOST_TRANSITIONS = 2 ** 31 - 1;
/** A holder that is no text is somebody all the same, and loses it as everybody does. */
const SOMEBODY = '(unreadable)';

/** Reads a Lease. What has the wrong type counts as not being there; this never throws. */
export function readLease(object: KubernetesObject): LeaseRecord {
  const spec = fieldsOf(object['spec']);
  const holder = spec['holderIdentity'] ?? '';
  const seconds = wholeOf(spec['leaseDurationSeconds']);
  return {
    holder: typeof holder === 'string' ? holder : SOMEBODY,
    duration: seconds > 0 ? seconds * 1000 : undefined,
    acquireTime: textOf(spec['acquireTime']),
    renewTime: textOf(spec['renewTime']),
    transitions: wholeOf(spec['leaseTransitions']),
    object,
  };
}

const wholeOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0
    ? Math.min(value, MOST_TRANSITIONS)
    : 0;

/** Takes in what was read: a record that says the same as before has been there since then. */
export function sight(before: Sighting | undefined, record: LeaseRecord, now: number): Sighting {
  const isSame = before !== undefined && contentOf(before.record) === contentOf(record);
  return { record, since: isSame ? before.since : now };
}

/** Not the rest of the object: a change of its labels is no sign of life. */
const contentOf = ({ holder, duration, acquireTime, renewTime, transitions }: LeaseRecord) =>
  JSON.stringify([holder, duration, acquireTime, renewTime, transitions]);

/** A record that asks for more than so many times our own duration is not believed, or nobody could lead for years. */
const MOST_DURATIONS = 10;

/** Until when, by the clock of the sighting, nobody but its holder may take it. */
export function heldUntil({ record, since }: Sighting, { leaseDuration }: LeaseTimes): number {
  if (record.holder === '') return since;
  return since + Math.min(record.duration ?? leaseDuration, leaseDuration * MOST_DURATIONS);
}

/**
 * Whether one may write itself into what it sees: nobody holds it, it is itself, or the record stayed the same for as long
 * as it holds. Clocks of others are never looked at.
 */
export const mayTake = (
  sighting: Sighting,
  identity: string,
  { times, now }: { readonly times: LeaseTimes; readonly now: number },
): boolean => sighting.record.holder === identity || now >= heldUntil(sighting, times);

export interface Claim {
  readonly identity: string;
  readonly times: LeaseTimes;
  /** Milliseconds since 1970, to be shown to people. */
  readonly wall: number;
}

/** The spec by which one takes a Lease, or holds it on; `before` is what it replaces, if anything. */
export function claimSpec(
  before: LeaseRecord | undefined,
  { identity, times, wall }: Claim,
): Readonly<Record<string, unknown>> {
  const renewTime = microTime(wall);
  const isMine = before?.holder === identity;
  const transitions = before?.transitions ?? 0;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(times.leaseDuration / 1000),
    acquireTime: isMine && before.acquireTime !== '' ? before.acquireTime : renewTime,
    renewTime,
    leaseTransitions: isMine || !before ? transitions : Math.min(transitions + 1, MOST_TRANSITIONS),
  };
}

/** The spec by which its holder leaves it to others, who need not wait then. */
export function releaseSpec(
  { transitions }: LeaseRecord,
  wall: number,
): Readonly<Record<string, unknown>> {
  const now = microTime(wall);
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: transitions,
  };
}

/** The API's MicroTime wants six digits. */
const microTime = (wall: number): string => new Date(wall).toISOString().replace('Z', '000Z');
