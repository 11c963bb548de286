import { ApiError, type ApiClient } from './api.js';
import type { Clock } from './clock.js';
import {
  claimSpec,
  mayTake,
  releaseSpec,
  sight,
  type LeaseRecord,
  type LeaseTimes,
  type Sighting,
} from './lease.js';
import { isStatus, leaseCalls, type LeaseCalls } from './lease-calls.js';
import { pause, within } from './pause.js';
import { problemOf, Problems } from './problems.js';
import { startTerm, type Term } from './term.js';

/** Hears of an election. */
export interface ElectionObserver {
  /** This one leads. */
  readonly won: () => void;
  /** It leads no longer. */
  readonly lost: (why: string) => void;
  /** Another one is seen to hold the Lease; told once for each. */
  readonly follows: (holder: string) => void;
  /** An attempt, or the leader's work, failed; told once until an attempt succeeds. */
  readonly failed: (problem: string) => void;
  readonly recovered: () => void;
}

export interface ElectionOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** Like no other's, also not of the same pod before a restart. */
  readonly identity: string;
  readonly times: LeaseTimes;
  /** Only the one that goes forward decides anything. */
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /**
   * What the leader does. Its signal is aborted when it leads no longer, before another can; it has to end then. It is
   * not called again before it has ended. What it throws is reported.
   */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  readonly observe: ElectionObserver;
}

export interface Election {
  /** Begins to try, and never gives up. */
  start(): void;
  /** Ends the term, waits for the leader's work, and leaves the Lease to others at once. */
  stop(): Promise<void>;
  /** Whether this one leads at this moment. */
  isLeader(): boolean;
}

/** A candidate waits up to 1.2 times longer than the retry period, so that not all of them try at once. */
const JITTER = 1.2;
/** Milliseconds that an attempt under way, and then the leader's work, have to end when the election is stopped. */
const PATIENCE = 2_000;

/**
 * Elects one leader among all that try for a Lease, with the rules of client-go's leaderelection.
 *
 * Who may take a Lease follows from when its record was seen to change by the clock of this machine alone. The leader
 * stops at `renewDeadline` after it sent its last renewal that succeeded; others may begin `leaseDuration` after they saw
 * that one at the earliest. Unlike there, who has seen a Lease that is deleted since lets its holder's time pass.
 */
export function elect(options: ElectionOptions): Election {
  const { client, lease, times } = options;
  const state: State = {
    // Half of the deadline, so that one call that hangs does not cost a leader its term.
    calls: leaseCalls({ client, lease, timeout: times.renewDeadline / 2 }),
    problems: new Problems(),
    retryAfter: 0,
    follows: '',
    work: Promise.resolve(),
    running: Promise.resolve(),
    stopping: new AbortController(),
    cut: new AbortController(),
  };
  return {
    start: () => {
      state.running = campaign(state, options);
    },
    stop: () => (state.stopped ??= stop(state, options)),
    isLeader: () => isLeading(state),
  };
}

interface State {
  readonly calls: LeaseCalls;
  sighting?: Sighting;
  term?: Term;
  readonly problems: Problems;
  /** Milliseconds for which the API server wants to be left alone. */
  retryAfter: number;
  /** The other holder that was told of last. */
  follows: string;
  /** What the leader does, and did. */
  work: Promise<void>;
  running: Promise<void>;
  readonly stopping: AbortController;
  /** Ends the call under way. */
  readonly cut: AbortController;
  stopped?: Promise<void>;
}

const isLeading = ({ term }: State): boolean => term !== undefined && !term.isOver();

async function campaign(state: State, options: ElectionOptions): Promise<void> {
  const { signal } = state.stopping;
  while (!signal.aborted) {
    await attempt(state, options);
    await pause(waitOf(state, options), signal);
  }
}

/** A leader asks on time whatever the API server says: it leads no longer otherwise. */
function waitOf(state: State, { times, random }: ElectionOptions): number {
  const { retryPeriod, leaseDuration } = times;
  if (isLeading(state)) return retryPeriod;
  const jittered = retryPeriod * (1 + random() * JITTER);
  return Math.max(jittered, Math.min(state.retryAfter, leaseDuration));
}

async function attempt(state: State, options: ElectionOptions): Promise<void> {
  state.retryAfter = 0;
  try {
    if (!(await renewAtOnce(state, options))) await claim(state, options);
    recover(state, options);
  } catch (error) {
    if (error instanceof ApiError) state.retryAfter = error.retryAfter ?? 0;
    // Another one was faster, and the next attempt shows who.
    if (!isStatus(error, 409)) tell(state, options, error);
  }
}

function recover(state: State, { observe }: ElectionOptions): void {
  if (state.problems.over()) observe.recovered();
}

function tell(state: State, { observe }: ElectionOptions, error: unknown): void {
  if (state.stopping.signal.aborted) return;
  const problem = problemOf(error);
  if (state.problems.met(problem)) observe.failed(problem);
}

/** The record that a leader wrote last is most likely still there. @returns whether it was. */
async function renewAtOnce(state: State, options: ElectionOptions): Promise<boolean> {
  if (!isLeading(state) || !state.sighting) return false;
  try {
    await write(state, options, state.sighting.record);
    return true;
  } catch (error) {
    if (isStatus(error, 404, 409)) return false;
    throw error;
  }
}

/** Looks at the Lease and takes it if it may. */
async function claim(state: State, options: ElectionOptions): Promise<void> {
  const { times, clock, identity } = options;
  const found = await state.calls.read(state.cut.signal);
  const now = clock.monotonic();
  if (found) state.sighting = sight(state.sighting, found, now);
  const { sighting } = state;
  if (!sighting || mayTake(sighting, identity, { times, now })) await write(state, options, found);
  else follow(state, options, sighting.record.holder);
}

function follow(state: State, { observe }: ElectionOptions, holder: string): void {
  state.term?.end(`${holder} has taken the Lease`);
  if (state.follows === holder) return;
  state.follows = holder;
  observe.follows(holder);
}

/** Writes this one into the Lease, and leads from the moment at which that was sent. */
async function write(
  state: State,
  options: ElectionOptions,
  before: LeaseRecord | undefined,
): Promise<void> {
  const { identity, times, clock } = options;
  const sent = clock.monotonic();
  const spec = claimSpec(before, { identity, times, wall: clock.now() });
  const record = await state.calls.write(before, spec, state.cut.signal);
  state.sighting = { record, since: clock.monotonic() };
  state.follows = '';
  lead(state, options, sent + times.renewDeadline);
}

function lead(state: State, options: ElectionOptions, until: number): void {
  const { clock, observe } = options;
  // An answer may come so late that the term that it gives is over.
  if (state.stopping.signal.aborted || until <= clock.monotonic()) return;
  if (isLeading(state)) {
    state.term?.extend(until);
    return;
  }
  // Its timer may be late.
  state.term?.end('it could not be renewed in time');
  const term = startTerm({ until, clock: clock.monotonic, ended: observe.lost });
  state.term = term;
  observe.won();
  state.work = state.work.then(() => work(term.signal, options));
}

async function work(signal: AbortSignal, { lead: task, observe }: ElectionOptions): Promise<void> {
  if (signal.aborted) return;
  try {
    await task(signal);
  } catch (error) {
    observe.failed(problemOf(error));
  }
}

async function stop(state: State, options: ElectionOptions): Promise<void> {
  state.stopping.abort();
  state.term?.end('it stops');
  if (!(await within(state.running, PATIENCE))) {
    state.cut.abort();
    await state.running;
  }
  // Who still works as a leader has to keep others from becoming one for as long as it can.
  if (await within(state.work, PATIENCE)) await release(state, options);
}

async function release({ calls, sighting }: State, options: ElectionOptions): Promise<void> {
  const { clock, identity, observe } = options;
  if (sighting?.record.holder !== identity) return;
  const spec = releaseSpec(sighting.record, clock.now());
  try {
    await calls.write(sighting.record, spec, AbortSignal.timeout(PATIENCE));
  } catch (error) {
    // Others wait for its time to pass, then.
    if (!isStatus(error, 404, 409)) observe.failed(problemOf(error));
  }
}
