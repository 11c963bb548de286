import { certificatesIn, isSameBundle } from '../certs/bundle.js';
import type { Clock } from '../cluster/clock.js';
import { MUTATING_WEBHOOKS, pathOf } from '../cluster/resources.js';
import type { KubernetesObject } from '../core/model/types.js';
import { Bell } from './bell.js';
import {
  bundlePatch,
  ownEntries,
  type BundleEntry,
  type PatchOperation,
  type ServiceRef,
} from './bundle-patch.js';
import { follow, type Followed, type FollowOptions } from './follow.js';
import { Pace } from './pace.js';
import { LOOK, reconcile, type ReconcileObserver } from './reconcile.js';

/** Hears of the bundle in the webhook configuration. */
export interface BundleObserver extends ReconcileObserver {
  /** It was written into these entries. */
  readonly written: (entries: readonly string[]) => void;
  /** Somebody undoes it again and again; told once until there is peace. @param writes how many there have been. */
  readonly contested: (writes: number) => void;
  /** There is no entry for our Service, or no configuration; told once until there is. */
  readonly missing: () => void;
}

export interface BundleOptions extends Pick<
  FollowOptions,
  'client' | 'random' | 'times' | 'watch'
> {
  /** The name of the MutatingWebhookConfiguration. */
  readonly configuration: string;
  readonly service: ServiceRef;
  /** What has to be there, in PEM; undefined while that is not known. */
  readonly bundle: () => string | undefined;
  readonly clock: Clock;
  readonly pace?: Pace;
  readonly observe: BundleObserver;
}

/** Keeps the bundle while this replica leads. */
export interface BundleKeeper {
  /** Works until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Looks again. */
  refresh(): void;
  /** Since when all our entries hold a certificate, by the clock that only goes forward; undefined if they do not. */
  heldSince(cert: string): number | undefined;
}

/** Who writes, in the configuration's managedFields. */
const FIELD_MANAGER = 'ds-injector';
/** Writes without a quiet time in between after which somebody must be undoing them. */
const CONTEST = 4;
/** Milliseconds that a write may take to be told by the watch, before it is looked at again. */
const ECHO = 5_000;

/**
 * Keeps the authority's certificates in our entries of the webhook configuration. It writes where other certificates are,
 * and only there: at once at first, ever slower where somebody keeps undoing it.
 */
export function keepBundle(options: BundleOptions): BundleKeeper {
  const bell = new Bell();
  const state: State = {
    pace: options.pace ?? new Pace(),
    held: new Map(),
    missing: false,
  };
  return {
    run: async (signal) => {
      state.held = new Map();
      const followed = followConfiguration(options, bell);
      followed.start();
      const step = (): Promise<number> => look(state, options, { followed, signal });
      await reconcile({ ...options, step, bell, signal });
      await followed.stop();
    },
    refresh: () => {
      bell.ring();
    },
    heldSince: (cert) => {
      const [parsed] = certificatesIn(cert);
      return parsed && state.held.get(parsed.fingerprint256);
    },
  };
}

interface State {
  readonly pace: Pace;
  /** Since when certificates are in all our entries, by their fingerprints. */
  held: Map<string, number>;
  missing: boolean;
  /** What was there when it was written last. */
  written?: { readonly over: KubernetesObject; readonly at: number };
}

const followConfiguration = (options: BundleOptions, bell: Bell): Followed =>
  follow({
    ...options,
    resource: MUTATING_WEBHOOKS,
    place: { name: options.configuration },
    changed: () => {
      bell.ring();
    },
  });

async function look(
  state: State,
  options: BundleOptions,
  { followed, signal }: { followed: Followed; signal: AbortSignal },
): Promise<number> {
  const bundle = options.bundle();
  if (followed.unready() !== undefined || bundle === undefined) return LOOK;
  const config = followed.current() ?? {};
  const entries = ownEntries(config, options.service);
  note(state, options, entries);
  const wrong = entries.filter((entry) => !isSameBundle(entry.bundle, bundle));
  if (wrong.length === 0) return LOOK;
  const wait = waitToWrite(state, options.clock.monotonic(), config);
  if (wait > 0) return wait;
  const patch = wrong.flatMap((entry) => bundlePatch(entry, options.service, bundle));
  await write(state, options, { config, patch, signal });
  options.observe.written(wrong.map(({ name }) => name));
  return ECHO;
}

function note(
  state: State,
  { clock, observe }: BundleOptions,
  entries: readonly BundleEntry[],
): void {
  if (entries.length === 0 && !state.missing) observe.missing();
  state.missing = entries.length === 0;
  const [first, ...others] = entries.map(
    ({ bundle }) => new Set(certificatesIn(bundle).map(({ fingerprint256 }) => fingerprint256)),
  );
  const common = [...(first ?? [])].filter((one) => others.every((other) => other.has(one)));
  state.held = new Map(common.map((one) => [one, state.held.get(one) ?? clock.monotonic()]));
}

function waitToWrite({ pace, written }: State, now: number, config: KubernetesObject): number {
  // The watch is behind our own write, perhaps.
  const echo = written?.over === config ? written.at + ECHO - now : 0;
  return Math.max(echo, pace.wait(now));
}

async function write(
  state: State,
  { client, configuration, clock, observe }: BundleOptions,
  { config, patch, signal }: Write,
): Promise<void> {
  await client.request({
    method: 'PATCH',
    path: pathOf(MUTATING_WEBHOOKS, { name: configuration }),
    query: { fieldManager: FIELD_MANAGER },
    body: patch,
    contentType: 'application/json-patch+json',
    signal,
  });
  const at = clock.monotonic();
  state.written = { over: config, at };
  const writes = state.pace.wrote(at);
  if (writes === CONTEST) observe.contested(writes);
}

interface Write {
  readonly config: KubernetesObject;
  readonly patch: readonly PatchOperation[];
  readonly signal: AbortSignal;
}
