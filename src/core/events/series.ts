import { Buckets } from './bucket.js';
import type { EventDraft } from './draft.js';

/** An event that was seen some times. */
export interface Sighting {
  readonly draft: EventDraft;
  /** How often so far. */
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/** What is to be written: a new event, or how often one was seen that was written before. */
export interface EventWrite {
  /** What stands for the event until its series is over. */
  readonly id: number;
  readonly kind: 'create' | 'update';
  readonly sighting: Sighting;
}

/** Milliseconds without another sighting after which a series is over, and the next one is a new event. */
const OVER = 6 * 60_000;
/** Milliseconds after which a series that goes on is written again, so that the API server does not forget it. */
const REFRESH = 30 * 60_000;
/** Events that are remembered. */
const KEPT = 4096;

interface Entry {
  readonly id: number;
  sighting: Sighting;
  /** How often it was seen when it was written. */
  written: number;
  writtenAt: number;
}

/**
 * Makes series of events that are the same, as events.k8s.io means it: the first sighting is written, the second makes a
 * series of it, and all others are counted, and told when the series is over or has gone on for long. These are the times of
 * client-go. Unlike there, the note counts: another exit code, or another number of pods, is another event.
 */
export class EventSeries {
  readonly #entries = new Map<string, Entry>();
  readonly #buckets = new Buckets();
  #lastId = 0;

  /**
   * Takes in a sighting.
   *
   * @param now milliseconds since 1970.
   * @returns what is to be written now; `dropped` for a new event of which there are too many; undefined for one that
   *   is counted.
   */
  see(draft: EventDraft, now: number): EventWrite | 'dropped' | undefined {
    const key = keyOf(draft);
    const known = this.#entries.get(key);
    if (known !== undefined && now - known.sighting.last < OVER) return this.#again(known, now);
    if (!this.#buckets.take(objectOf(draft), now)) return 'dropped';
    this.#lastId += 1;
    const sighting = { draft, count: 1, first: now, last: now };
    const entry = { id: this.#lastId, sighting, written: 1, writtenAt: now };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > KEPT) this.#forgetOldest();
    return { id: entry.id, kind: 'create', sighting };
  }

  /** What is to be written because time has passed. @param now milliseconds since 1970. */
  due(now: number): readonly EventWrite[] {
    const writes: EventWrite[] = [];
    for (const [key, entry] of this.#entries) {
      const { sighting, written, writtenAt } = entry;
      const isOver = now - sighting.last >= OVER;
      if (isOver) this.#entries.delete(key);
      const isLong = sighting.count > 1 && now - writtenAt >= REFRESH;
      if (sighting.count > written && (isOver || isLong)) writes.push(this.#write(entry, now));
    }
    return writes;
  }

  #again(entry: Entry, now: number): EventWrite | undefined {
    entry.sighting = { ...entry.sighting, count: entry.sighting.count + 1, last: now };
    const isSecond = entry.sighting.count === 2;
    const isAllowed = isSecond && this.#buckets.take(objectOf(entry.sighting.draft), now);
    return isAllowed ? this.#write(entry, now) : undefined;
  }

  #write(entry: Entry, now: number): EventWrite {
    entry.written = entry.sighting.count;
    entry.writtenAt = now;
    return { id: entry.id, kind: 'update', sighting: entry.sighting };
  }

  #forgetOldest(): void {
    for (const [key] of this.#entries) {
      this.#entries.delete(key);
      return;
    }
  }
}

const keyOf = (draft: EventDraft): string => JSON.stringify(draft);

const objectOf = ({ regarding: { kind, namespace, name, uid } }: EventDraft): string =>
  `${kind} ${namespace}/${name} ${uid ?? ''}`;
