import type { KubernetesObject } from '../core/model/types.js';
import { refusalOf } from './answers.js';
import type { ApiClient, WatchEvent } from './api.js';
import { Backoff, waitFor } from './backoff.js';
import { endingOf, isUnintelligible, needsList, stateAfter, type Ending } from './endings.js';
import { identify, reduce } from './items.js';
import { LifeSigns } from './life-signs.js';
import { listAll } from './lists.js';
import { Problems, problemOf } from './problems.js';
import { pathOf, type Place, type Resource } from './resources.js';
import type { RestartCause, Unusable, WatchState } from './states.js';

/** Where the objects of one kind are kept. */
export interface Sink {
  /** Reduces an object to what is kept of it, if anything is; what comes must not be held on to. */
  keep(object: KubernetesObject): KubernetesObject | undefined;
  /** Makes these the objects of the kind, at once. */
  replace(objects: readonly KubernetesObject[]): void;
  put(object: KubernetesObject): void;
  /** Takes out the object of this name, if it is there. */
  drop(object: KubernetesObject): void;
  /** How many objects there are. */
  count(): number;
}

/** Hears what becomes of one watch. */
export interface WatchObserver {
  entered(state: WatchState): void;
  restarted(cause: RestartCause): void;
  /** The API server gave a sign of life: a list, a change, or how far it is. What is kept may have changed. */
  heard(): void;
  /** Everything was read. @param count of how many objects something is kept. */
  listed(count: number): void;
  /** Once for each problem until all is well again. */
  failed(problem: string): void;
  recovered(): void;
  /** An object is not kept. */
  unusable(code: Unusable, name: string): void;
}

export interface ReflectorOptions {
  readonly client: ApiClient;
  readonly resource: Resource;
  readonly place?: Place;
  /** Which objects. */
  readonly selection?: { readonly labelSelector?: string; readonly fieldSelector?: string };
  readonly sink: Sink;
  readonly observe: WatchObserver;
  /** From 0 to 1, as Math.random gives it. */
  readonly random: () => number;
  readonly times?: Partial<ReflectorTimes>;
}

export interface ReflectorTimes {
  /** Milliseconds without any sign of life after which a watch is opened anew. */
  readonly silence: number;
  /** Milliseconds before the second attempt after a failure. */
  readonly firstBackoff: number;
}

/**
 * The API server tells how far it is about once a minute, but promises nothing: for a kind of which it has not seen any
 * change since it started, it does not. To open a watch anew costs next to nothing, so two and a half times that long
 * bounds how old the picture can be, be the connection dead, the API server stuck, or a proxy in between.
 */
const SILENCE = 150_000;
/** Seconds after which the API server is asked to end a watch, at least; up to twice as long, as in client-go. */
const LEAST_WATCH = 300;

/**
 * Keeps the objects of one kind: reads all, then follows the changes, for ever. After a failure it goes on from where it
 * was, unless that is too long ago; until then, what is kept stays as it is.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #path: string;
  readonly #backoff: Backoff;
  readonly #problems = new Problems();
  #state: WatchState = 'starting';
  /** From which changes are to be watched; undefined if all has to be read. */
  #version: string | undefined;
  #synced = false;
  #read = 0;
  /** Why the attempt before ended. */
  #cause: RestartCause | undefined;
  #signs: LifeSigns;
  /** Whether the attempt under way reads everything. */
  #fresh = false;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ReflectorOptions) {
    const { random, times } = options;
    this.#options = options;
    this.#path = pathOf(options.resource, options.place);
    this.#backoff = new Backoff({ random, first: times?.firstBackoff });
    this.#signs = this.#newSigns();
  }

  start(): void {
    this.#options.observe.entered(this.#state);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#signs.abort.abort(new Error('stopped'));
    await this.#running;
    this.#enter('stopped');
  }

  /** Why the objects are not known yet, for a person; undefined once they were read, whatever became of it since. */
  unready(): string | undefined {
    if (this.#synced) return undefined;
    const { latest } = this.#problems;
    if (latest !== undefined) return `${this.#state}, ${latest}`;
    return this.#read > 0 ? `${this.#state}, ${this.#read} so far` : this.#state;
  }

  async #run(): Promise<void> {
    const goesOn = (): boolean => !this.#stopping.signal.aborted;
    while (goesOn()) {
      this.#signs = this.#newSigns();
      const ending = await this.#attempt();
      if (goesOn()) await this.#rest(ending);
    }
  }

  #newSigns(): LifeSigns {
    return new LifeSigns(this.#options.times?.silence ?? SILENCE);
  }

  async #attempt(): Promise<Ending> {
    this.#fresh = this.#version === undefined;
    try {
      this.#version ??= await this.#list();
      await this.#watch();
      return { cause: 'ended' };
    } catch (error) {
      return this.#signs.ceased ? this.#silent() : endingOf(error);
    } finally {
      this.#signs.end();
    }
  }

  /** Only who has told how far it is can be said to have ceased to. */
  #silent(): Ending {
    const { bookmarked, abort } = this.#signs;
    if (!bookmarked) return { cause: 'quiet' };
    return { cause: 'stalled', problem: problemOf(abort.signal.reason) };
  }

  async #list(): Promise<string> {
    const { client, selection, sink, observe } = this.#options;
    this.#enter('listing');
    const { objects, version } = await listAll(client, {
      path: this.#path,
      query: { ...selection },
      signal: this.#signs.abort.signal,
      keep: (item) => this.#kept(item)?.kept,
      progress: (count) => (this.#read = count),
    });
    sink.replace(objects);
    this.#synced = true;
    observe.heard();
    observe.listed(objects.length);
    return version;
  }

  async #watch(): Promise<void> {
    const { client, selection, random } = this.#options;
    const timeoutSeconds = Math.round(LEAST_WATCH * (1 + random()));
    const events = client.watch({
      path: this.#path,
      query: {
        ...selection,
        resourceVersion: this.#version,
        allowWatchBookmarks: true,
        timeoutSeconds,
      },
      signal: this.#signs.abort.signal,
      opened: () => {
        this.#signs.opened();
        this.#enter('watching');
        if (this.#isWell()) this.#tellWell();
      },
    });
    for await (const event of events) {
      this.#take(event);
    }
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw refusalOf(`watch ${this.#options.resource.plural}`, object);
    this.#signs.event(type);
    if (type !== 'BOOKMARK') this.#change(type, object);
    const version = object.metadata?.['resourceVersion'];
    if (typeof version === 'string' && version !== '') this.#version = version;
    this.#options.observe.heard();
    if (!this.#isWell()) return;
    this.#tellWell();
    this.#backoff.reset();
  }

  #change(type: WatchEvent['type'], item: KubernetesObject): void {
    const { sink } = this.#options;
    const change = this.#kept(item);
    if (!change) return;
    if (type === 'DELETED' || !change.kept) sink.drop(change.object);
    else sink.put(change.kept);
  }

  /** An object with what is kept of it; undefined for what is not an object of the kind. */
  #kept(item: unknown): { object: KubernetesObject; kept?: KubernetesObject } | undefined {
    const { resource, sink, observe } = this.#options;
    const identified = identify(resource, item);
    if ('unusable' in identified) {
      observe.unusable(identified.unusable, identified.name);
      return undefined;
    }
    const { object } = identified;
    const kept = reduce(object, (whole) => sink.keep(whole));
    if (typeof kept !== 'string') return kept ? { object, kept } : { object };
    observe.unusable(kept, object.metadata?.name ?? '');
    return { object };
  }

  /** Waits for the next attempt. */
  async #rest({ cause, problem, retryAfter }: Ending): Promise<void> {
    const { observe } = this.#options;
    observe.restarted(cause);
    this.#cause = cause;
    if (needsList(cause)) this.#version = undefined;
    if (this.#isUsual(cause)) {
      this.#backoff.reset();
      return;
    }
    if (cause !== 'ended' || !this.#signs.heard) this.#enter(stateAfter(cause));
    // Connections break, and as a rule the next one is as good: only if it is not, it is a problem.
    const broken = cause === 'unreachable' && this.#signs.isOpen;
    if (problem !== undefined && !broken && this.#problems.met(problem)) observe.failed(problem);
    await waitFor(this.#backoff.next(retryAfter), this.#stopping.signal);
  }

  /** Whether the next attempt need not wait. An API server that has started anew knows no version from before. */
  #isUsual(cause: RestartCause): boolean {
    return cause === 'quiet' || (cause === 'expired' && (this.#signs.heard || !this.#fresh));
  }

  /** After what cannot be understood, more of it is to be expected, and only time tells that all is well. */
  #isWell(): boolean {
    return !isUnintelligible(this.#cause) || this.#signs.bookmarked;
  }

  #tellWell(): void {
    if (this.#problems.over()) this.#options.observe.recovered();
  }

  #enter(state: WatchState): void {
    this.#state = state;
    this.#options.observe.entered(state);
  }
}
