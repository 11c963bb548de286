import {
  bundleOf,
  knows,
  readAuthority,
  withAuthority,
  type Authority,
  type AuthorityReading,
} from '../certs/authority.js';
import type { Issued } from '../certs/issue.js';
import { recovered } from '../certs/rotation.js';
import type { Clock } from '../cluster/clock.js';
import { pathOf, SECRETS } from '../cluster/resources.js';
import type { KubernetesObject } from '../core/model/types.js';
import { Bell } from './bell.js';
import { follow, type Followed, type FollowOptions } from './follow.js';
import { LOOK, reconcile, type ReconcileObserver } from './reconcile.js';

/** Hears of the Secret with the authority. */
export interface AuthorityObserver extends ReconcileObserver {
  /** An authority is there, or another one is. */
  readonly read: (authority: Authority) => void;
  /** The Secret holds none that can be used; what was read before goes on. */
  readonly unfit: (problem: string) => void;
  /** This replica has written one where there was none. */
  readonly made: (why: string) => void;
}

export interface AuthorityOptions extends Pick<
  FollowOptions,
  'client' | 'random' | 'times' | 'watch'
> {
  readonly secret: { readonly namespace: string; readonly name: string };
  /** For a Secret that is made where there never was one. */
  readonly labels: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Makes an authority. */
  readonly issue: () => Promise<Issued>;
  /**
   * Milliseconds for which a Secret that is taken away stays away, if an authority is remembered: nothing hurries then,
   * and after an uninstall nobody should be left to make it again.
   */
  readonly absence?: number;
  readonly observe: AuthorityObserver;
}

/** What the leader sees of the Secret. */
export interface SecretView {
  readonly object: KubernetesObject | undefined;
  readonly reading: AuthorityReading;
  /** Certificates that signed leaves here and are not known to the Secret any more. */
  readonly strays: readonly string[];
}

/** The authority that all replicas share, as one replica knows it. */
export interface AuthorityKeeper {
  start(): void;
  stop(): Promise<void>;
  /** The last one that could be read, whatever became of the Secret since. */
  current(): Authority | undefined;
  /** What callers have to trust, in PEM; undefined if no authority is known. */
  bundle(): string | undefined;
  view(): SecretView;
  /** Why none is known yet, for a person. */
  unready(): string | undefined;
  /** Calls the listener when the Secret or the authority may have changed. @returns what ends that. */
  listen(listener: () => void): () => void;
  /**
   * Writes another authority into the Secret.
   *
   * @throws ApiError with status 409 if the Secret was changed since it was seen.
   */
  write(seen: KubernetesObject, authority: Authority, signal: AbortSignal): Promise<void>;
}

const ABSENCE = 10_000;

/**
 * Keeps one authority for all replicas in a Secret. Each of them makes it where there is none; the API server lets one
 * succeed, and the others take that one. A Secret that holds garbage is for the leader to mend.
 */
export function keepAuthority(options: AuthorityOptions): AuthorityKeeper {
  const bell = new Bell();
  const listeners = new Set<() => void>();
  const state: State = { reading: { kind: 'empty' }, strays: [], object: undefined };
  const stopping = new AbortController();
  const followed = follow({
    ...options,
    resource: SECRETS,
    place: options.secret,
    changed: () => {
      take(state, options, followed.current());
      bell.ring();
      for (const listener of listeners) listener();
    },
  });
  let running: Promise<void> | undefined;
  return {
    start: () => {
      followed.start();
      const step = (signal: AbortSignal) => makeIfMissing(state, options, { followed, signal });
      running = reconcile({ ...options, step, bell, signal: stopping.signal });
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([followed.stop(), running]);
    },
    current: () => state.authority,
    bundle: () => bundleIn(state, options.clock.now()),
    view: () => state,
    unready: () => (state.authority ? undefined : (followed.unready() ?? unfit(state))),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    write: (seen, authority, signal) => put(options, { seen, authority, signal }),
  };
}

interface State {
  object: KubernetesObject | undefined;
  reading: AuthorityReading;
  authority?: Authority;
  strays: readonly string[];
  /** What the Secret was labelled and annotated with when it was there last. */
  marks?: Marks;
  /** Since when the Secret is away, by the clock that only goes forward. */
  awaySince?: number | undefined;
}

/** What others know the Secret by: who installed it would not take another one for its own, and leave it behind. */
type Marks = Pick<NonNullable<KubernetesObject['metadata']>, 'labels' | 'annotations'>;

const unfit = ({ reading }: State): string =>
  reading.kind === 'garbage'
    ? `the Secret is unfit: ${reading.problem}`
    : 'there is no authority yet';

function take(
  state: State,
  { observe, clock }: AuthorityOptions,
  object: KubernetesObject | undefined,
): void {
  const before = versionOf(state.object);
  state.object = object;
  if (object) state.marks = marksOf(object);
  state.reading = object ? readAuthority(object) : { kind: 'empty' };
  if (state.reading.kind === 'empty') state.awaySince ??= clock.monotonic();
  else state.awaySince = undefined;
  if (object && before === versionOf(object)) return;
  if (state.reading.kind === 'garbage') observe.unfit(state.reading.problem);
  if (state.reading.kind === 'ready') adopt(state, observe, state.reading.authority);
}

function marksOf({ metadata }: KubernetesObject): Marks {
  const { labels, annotations } = metadata ?? {};
  return { ...(labels && { labels }), ...(annotations && { annotations }) };
}

const versionOf = (object: KubernetesObject | undefined): unknown =>
  object?.metadata?.['resourceVersion'];

function adopt(state: State, observe: AuthorityObserver, authority: Authority): void {
  const before = state.authority;
  state.authority = authority;
  const signers = before ? [before.ca.cert, ...state.strays] : [];
  state.strays = signers.filter((cert) => !knows(authority, cert));
  observe.read(authority);
}

/** Also who signed here until somebody put another authority in the Secret: leaves of its are in use. */
const bundleIn = ({ authority, strays }: State, now: number): string | undefined =>
  authority && bundleOf({ ...authority, previous: [...authority.previous, ...strays] }, now);

/**
 * How many times the absence is waited. An empty Secret came with the manifests, and there never was an authority. Where there
 * is no Secret at all, who remembers the last authority comes before who remembers none.
 */
function patienceOf({ object, authority }: State): number {
  if (authority) return 1;
  return object ? 0 : 2;
}

async function makeIfMissing(
  state: State,
  options: AuthorityOptions,
  { followed, signal }: { followed: Followed; signal: AbortSignal },
): Promise<number> {
  if (followed.unready() !== undefined || state.reading.kind !== 'empty') return LOOK;
  const { clock, issue, absence = ABSENCE, observe } = options;
  const wait = (state.awaySince ?? 0) + absence * patienceOf(state) - clock.monotonic();
  if (wait > 0) return wait;
  // Others may make one meanwhile, and that one must not be written over.
  const seen = state.object;
  const authority = await recovered(state.authority, clock.now(), issue);
  if (seen) await put(options, { seen, authority, signal });
  else await post(options, { marks: state.marks, authority, signal });
  observe.made(seen ? 'the Secret was empty' : 'there was no Secret');
  return LOOK;
}

interface Write {
  readonly seen: KubernetesObject;
  readonly authority: Authority;
  readonly signal: AbortSignal;
}

async function put(
  { client, secret }: AuthorityOptions,
  { seen, authority, signal }: Write,
): Promise<void> {
  const body = withAuthority(seen, authority);
  await client.request({ method: 'PUT', path: pathOf(SECRETS, secret), body, signal });
}

async function post(
  { client, secret, labels }: AuthorityOptions,
  { marks = { labels }, authority, signal }: Omit<Write, 'seen'> & { marks: Marks | undefined },
): Promise<void> {
  const empty = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { ...secret, ...marks },
  };
  const path = pathOf(SECRETS, { namespace: secret.namespace });
  await client.request({ method: 'POST', path, body: withAuthority(empty, authority), signal });
}
