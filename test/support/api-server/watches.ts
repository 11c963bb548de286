import type { ServerResponse } from 'node:http';
import type { Resource } from '../../../src/cluster/resources.js';
import { expired, statusOf } from './refusal.js';
import { selects, type Selection } from './selectors.js';
import { apiVersionOf } from './kinds.js';
import type { ObjectStore, StoreEvent } from './store.js';

export interface WatchOrder {
  readonly resource: Resource;
  readonly selection: Selection;
  /** The version to go on from; 0 for all that there is. */
  readonly from: number;
  readonly bookmarks: boolean;
  /** Seconds until the API server ends it. */
  readonly timeout: number | undefined;
  /** Its next line is cut in the middle, and the connection with it. */
  readonly cut: boolean;
}

interface Open {
  readonly order: WatchOrder;
  readonly response: ServerResponse;
}

/** The watches that are open. */
export class Watches {
  readonly #store: ObjectStore;
  readonly #open = new Set<Open>();
  #muted = false;
  #greets = false;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Starts to answer a watch. */
  begin(order: WatchOrder, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (order.from > 0 && order.from < this.#store.oldest) {
      const object = statusOf(expired(order.from, this.#store.oldest));
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    const watch = { order, response };
    this.#open.add(watch);
    for (const line of this.#backlog(order)) this.#send(watch, line);
    if (this.#greets) this.bookmark(order.resource.plural);
    const unobserve = this.#store.observe((event) => {
      const line = lineOf(order, event);
      if (line !== undefined && !this.#muted) this.#send(watch, line);
    });
    const timer = order.timeout && setTimeout(() => response.end(), order.timeout * 1000);
    response.once('close', () => {
      if (timer) clearTimeout(timer);
      unobserve();
      this.#open.delete(watch);
    });
  }

  /** How many are open, of a kind or of all. */
  count(plural?: string): number {
    return this.#of(plural).length;
  }

  /** Tells those who asked for it how far the versions are. */
  bookmark(plural?: string): void {
    const metadata = { resourceVersion: String(this.#store.version) };
    for (const watch of this.#of(plural)) {
      const { kind } = watch.order.resource;
      const object = { kind, apiVersion: apiVersionOf(watch.order.resource), metadata };
      if (watch.order.bookmarks) this.#send(watch, { type: 'BOOKMARK', object });
    }
  }

  /** Ends watches, as an API server does when their time is over. */
  end(plural?: string): void {
    for (const { response } of this.#of(plural)) response.end();
  }

  /** Cuts their connections. */
  cut(plural?: string): void {
    for (const { response } of this.#of(plural)) response.destroy();
  }

  /** Writes bytes as they are. */
  write(plural: string, bytes: Buffer | string): void {
    for (const { response } of this.#of(plural)) response.write(bytes);
  }

  /** From now on changes are not told, and connections stay open. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  /** From now on it tells at the start of a watch how far the versions are. */
  greet(): void {
    this.#greets = true;
  }

  #of(plural?: string): readonly Open[] {
    return [...this.#open].filter(
      ({ order }) => (plural ?? order.resource.plural) === order.resource.plural,
    );
  }

  #send({ order, response }: Open, line: object): void {
    const text = `${JSON.stringify(line)}\n`;
    if (!order.cut) {
      response.write(text);
      return;
    }
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  }

  #backlog(order: WatchOrder): readonly object[] {
    if (order.from === 0) {
      return this.#store
        .list(order.resource, order.selection)
        .map((object) => ({ type: 'ADDED', object }));
    }
    return this.#store.since(order.from).flatMap((event) => lineOf(order, event) ?? []);
  }
}

/** What a change is to whom who selects: an object that is selected no more is gone. */
function lineOf({ resource, selection }: WatchOrder, event: StoreEvent): object | undefined {
  if (event.resource !== resource) return undefined;
  const { before, after } = event;
  const was = before !== undefined && selects(selection, before);
  if (after !== undefined && selects(selection, after)) {
    return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  }
  return was ? { type: 'DELETED', object: gone(event) } : undefined;
}

const gone = ({ before, version }: StoreEvent): object => ({
  ...before,
  metadata: { ...before?.metadata, resourceVersion: String(version) },
});
