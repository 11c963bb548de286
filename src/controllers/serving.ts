import { randomBytes } from 'node:crypto';
import type { Authority } from '../certs/authority.js';
import { expiryTimestamp, faultOfValidity } from '../certs/inspect.js';
import { issueAuthority, issueLeaf, serialOf, type Issued, type Stamp } from '../certs/issue.js';
import { leafStep } from '../certs/leaf.js';
import type { Pair } from '../certs/source.js';
import type { CertificateWatch, CertificateWatchOptions } from '../certs/watch.js';
import type { Clock } from '../cluster/clock.js';
import { within } from '../cluster/pause.js';
import { Bell } from './bell.js';

export interface ServingOptions extends Pick<
  CertificateWatchOptions,
  'use' | 'loaded' | 'refused'
> {
  /** The authority; undefined while none is known. */
  readonly authority: () => Authority | undefined;
  /** The names under which the webhook is called. */
  readonly hosts: readonly string[];
  /** Milliseconds for which a certificate is good. */
  readonly lifetime: number;
  /** Milliseconds after which callers trust an authority that is announced. */
  readonly propagation: number;
  readonly clock: Clock;
  /** Drawn by each replica; see `LeafDemands`. */
  readonly jitter: number;
  /** Milliseconds that the start waits for an authority. */
  readonly patience?: number;
}

export interface Serving extends CertificateWatch {
  /** Looks at the authority again. */
  refresh(): void;
  /** Why callers cannot trust this replica, for a person. */
  unready(): string | undefined;
}

const PATIENCE = 3_000;
/** Milliseconds for which the certificate is good that nobody trusts. */
const PROVISIONAL = 86_400_000;
/** The most milliseconds between two looks at the certificate, and the most of its life. */
const LOOK = 30_000;
const PART_OF_LIFE = 1 / 30;

/**
 * Keeps a serving certificate of this replica's own, which is never stored: issued by the authority, renewed at two thirds
 * of its life, and issued anew when another authority signs that callers have had the time to trust.
 *
 * A server needs some certificate to listen with. Where no authority is known in time, the start goes on with one that no
 * caller trusts, and the replica is not ready.
 */
export function keepServing(options: ServingOptions): Serving {
  const state: State = { knownSince: new Map(), refusal: '' };
  const bell = new Bell();
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let begun = (): void => undefined;
  const first = new Promise<void>((resolve) => (begun = resolve));
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await renew(state, options, stopping.signal);
      if (state.pair) begun();
      await bell.wait(waitOf(state, options), stopping.signal);
    }
  };
  return {
    start: async () => {
      running = run();
      if (await within(first, options.patience ?? PATIENCE)) return;
      state.provisional = await provisionalPair(options.clock.now());
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
    current: () => {
      const pair = state.pair ?? state.provisional;
      if (!pair) throw new Error('there is no certificate yet');
      return pair;
    },
    refresh: () => {
      bell.ring();
    },
    unready: () => unready(state, options),
  };
}

interface State {
  pair?: Pair;
  provisional?: Pair;
  /** Since when authorities are known here, announced ones too, by their certificates. */
  knownSince: Map<string, number>;
  /** When the authority may sign whose turn it is, by the clock that only goes forward. */
  trustedAt?: number | undefined;
  /** What could not be done last; empty if all is well. */
  refusal: string;
}

function unready({ pair, refusal }: State, { clock }: ServingOptions): string | undefined {
  if (!pair) return refusal === '' ? 'there is no authority yet' : refusal;
  const fault = faultOfValidity(pair.cert, clock.now());
  return fault === undefined ? undefined : `the certificate ${fault}`;
}

function waitOf({ trustedAt }: State, { lifetime, clock }: ServingOptions): number {
  const wait = trustedAt === undefined ? Infinity : trustedAt - clock.monotonic();
  return Math.min(LOOK, lifetime * PART_OF_LIFE, Math.max(1, wait));
}

/** Does what is to be done; what fails is told once, and the certificate in use goes on. */
async function renew(state: State, options: ServingOptions, signal: AbortSignal): Promise<void> {
  const authority = options.authority();
  if (!authority) return;
  note(state, options, authority);
  try {
    await step(state, options, { authority, signal });
  } catch (error) {
    if (state.refusal === String(error)) return;
    state.refusal = String(error);
    options.refused(error);
  }
}

function note(state: State, { clock }: ServingOptions, { ca, next }: Authority): void {
  const known = [ca.cert, next?.cert].filter((cert) => cert !== undefined);
  state.knownSince = new Map(
    known.map((cert) => [cert, state.knownSince.get(cert) ?? clock.monotonic()]),
  );
}

async function step(
  state: State,
  options: ServingOptions,
  { authority: { ca }, signal }: { authority: Authority; signal: AbortSignal },
): Promise<void> {
  const { hosts, lifetime, propagation, clock, jitter } = options;
  const now = clock.now();
  const trustedAt = (state.knownSince.get(ca.cert) ?? 0) + propagation;
  const isTrusted = clock.monotonic() >= trustedAt;
  const todo = leafStep(state.pair, { ca, hosts, now, jitter, isTrusted });
  state.trustedAt = todo.kind === 'wait' ? trustedAt : undefined;
  if (todo.kind === 'stuck') throw new Error(todo.why);
  if (todo.kind === 'issue') {
    const pair = pairOf(await issueLeaf(ca, hosts, stampAt(now), lifetime));
    if (signal.aborted) return;
    options.use(pair);
    state.pair = pair;
    options.loaded(pair);
  }
  state.refusal = '';
}

const stampAt = (now: number): Stamp => ({ now, serial: serialOf(randomBytes(16)) });

const pairOf = (issued: Issued): Pair => ({
  ...issued,
  notAfter: new Date(expiryTimestamp(issued.cert) * 1000),
});

const provisionalPair = async (now: number): Promise<Pair> =>
  pairOf(await issueAuthority(stampAt(now), PROVISIONAL));
