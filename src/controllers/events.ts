import { ApiError, type ApiClient } from '../cluster/api.js';
import { Backoff } from '../cluster/backoff.js';
import type { Clock } from '../cluster/clock.js';
import { isStatus } from '../cluster/lease-calls.js';
import { pause } from '../cluster/pause.js';
import { EVENTS, pathOf } from '../cluster/resources.js';
import type { EventDraft } from '../core/events/draft.js';
import { eventName, eventObject, seriesOf } from '../core/events/object.js';
import { EventSeries, type EventWrite } from '../core/events/series.js';
import { Bell } from './bell.js';

/** Why an event was not written, with a sentence for people. A closed list: the label of a metric. */
export const eventDrops = {
  rate: 'There were too many about one object.',
  queue: 'Too many waited to be written.',
  refused: 'The API server refused it.',
  failed: 'The API server could not be reached for too long.',
} as const;

export type EventDrop = keyof typeof eventDrops;

/** Hears what becomes of events. */
export interface EventObserver {
  /** An event was created, or its series was told. */
  readonly written: (kind: EventWrite['kind']) => void;
  /** @param problem the API server's words, where there are any. */
  readonly dropped: (why: EventDrop, problem?: unknown) => void;
}

export interface RecorderOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Which replica writes. */
  readonly instance: string;
  readonly observe: EventObserver;
}

/** Whoever has something to say. */
export interface Recorder {
  /** Takes an event; it never throws, and nobody waits for it. */
  record(draft: EventDraft): void;
}

/** Events that wait to be written, at most; what client-go lets wait. */
const WAITING = 1000;
/** How often a write is tried: as client-go. */
const TRIES = 12;
/** Milliseconds between two looks at what time has made due. */
const LOOK = 60_000;

/** Writes events one after the other: what is told about others must never be in the way of what is done for them. */
export class EventRecorder implements Recorder {
  readonly #options: RecorderOptions;
  readonly #series = new EventSeries();
  readonly #waiting: EventWrite[] = [];
  readonly #bell = new Bell();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  record(draft: EventDraft): void {
    const { observe } = this.#options;
    const write = this.#series.see(draft, this.#now());
    if (write === 'dropped') observe.dropped('rate');
    else if (write !== undefined) this.#enqueue(write);
  }

  /** Writes until the signal is aborted; what waits then is lost, as it is when a leader dies. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      for (const write of this.#series.due(this.#now())) this.#enqueue(write);
      for (let next = this.#waiting.shift(); next && !isOver(); next = this.#waiting.shift()) {
        await this.#write(next, signal);
      }
      await this.#bell.wait(LOOK, signal);
    }
  }

  /** In whole milliseconds, which a clock that is set by another need not have. */
  #now(): number {
    return Math.floor(this.#options.clock.now());
  }

  #enqueue(write: EventWrite): void {
    if (this.#waiting.length >= WAITING) {
      this.#options.observe.dropped('queue');
      return;
    }
    this.#waiting.push(write);
    this.#bell.ring();
  }

  async #write(write: EventWrite, signal: AbortSignal): Promise<void> {
    const { observe, random } = this.#options;
    const backoff = new Backoff({ random });
    const isOver = (): boolean => signal.aborted;
    for (let tries = 1; !isOver(); tries += 1) {
      try {
        await this.#send(write, signal);
        observe.written(write.kind);
        return;
      } catch (error) {
        if (isOver()) return;
        const why = isFinal(error) ? 'refused' : tries >= TRIES ? 'failed' : undefined;
        if (why !== undefined) {
          observe.dropped(why, error);
          return;
        }
        await pause(backoff.next(retryAfterOf(error)), signal);
      }
    }
  }

  async #send({ kind, sighting, id }: EventWrite, signal: AbortSignal): Promise<void> {
    const { client, instance } = this.#options;
    const { namespace } = sighting.draft.regarding;
    const identity = { instance, id };
    if (kind === 'update') {
      const path = pathOf(EVENTS, { namespace, name: eventName(sighting, identity) });
      const body = { series: seriesOf(sighting) };
      const contentType = 'application/merge-patch+json';
      const update = client.request({ method: 'PATCH', path, body, contentType, signal });
      if (!(await isGone(update))) return;
    }
    // Of a series that the API server has forgotten, or never took in, it is told as a whole.
    const path = pathOf(EVENTS, { namespace });
    const body = eventObject(sighting, identity);
    await isThere(client.request({ method: 'POST', path, body, signal }));
  }
}

const isGone = (call: Promise<unknown>): Promise<boolean> => isAnswer(call, 404);
/** An answer may have been lost after the event was created. */
const isThere = (call: Promise<unknown>): Promise<boolean> => isAnswer(call, 409);

/** @returns whether the API server answered with this status; false if all is well. */
async function isAnswer(call: Promise<unknown>, status: number): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    if (isStatus(error, status)) return true;
    throw error;
  }
}

/** What was refused will be refused again, but for what the API server has too much to do for. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;

const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof ApiError ? error.retryAfter : undefined;
