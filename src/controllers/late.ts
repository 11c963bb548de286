import { daemonSetsIn, onNode } from '../cluster/injected-pods.js';
import type { BoundPod } from '../cluster/bound-pods.js';
import { factsOf, type Facts } from '../core/facts/facts.js';
import { lackingIn } from '../core/late/lacking.js';
import { lateFor, type Late } from '../core/late/late.js';
import { metaOf, specOf } from '../core/model/pod.js';
import type { KubernetesObject, Pod } from '../core/model/types.js';
import { targetNodeOf } from '../core/placeholder/placeholder.js';
import type { Settings } from '../core/settings.js';
import type { ObservedPod } from '../core/status/observed.js';
import type { World } from '../core/world/world.js';
import type { Bound } from './bound.js';
import { perform, type DutyOptions } from './duty.js';
import { Echo } from './echo.js';
import { LateMemory, sceneOf, type Refusal } from './late-memory.js';
import { owedTo, promises } from './late-owed.js';
import { LateTrials } from './late-trials.js';
import { readPod, writeLate, type Added } from './late-write.js';
import type { KeyedQueue } from './queue.js';
import { Repeats } from './repeats.js';
import { Turns } from './turns.js';

export interface LateOptions extends DutyOptions {
  readonly bound: Pick<Bound, 'pods'>;
  /** Whether pods get what they lack; else only what their records promise. */
  readonly existing: boolean;
  /** Whether the webhook is asked about the pods of a namespace; those of others are left alone here, too. */
  readonly isReviewed: (namespace: string) => boolean;
  /** How often a container may be started again in one pod. */
  readonly restarts: number;
  /** A pod got ephemeral containers. */
  readonly added: (pod: string, containers: readonly Added[]) => void;
  /** A pod does not get a DaemonSet that it lacks; told once for each reason. */
  readonly refused: (pod: Pod, refusal: Refusal) => void;
  /** The API server does not take what a pod would get, for a reason that will not pass by itself. */
  readonly rejected: (pod: string, error: unknown) => void;
}

/** Milliseconds in which changes come together. */
const GATHER = 250;
/**
 * Milliseconds of a pod's life in which it is not said to lack anything: whoever answered the review may not have seen the
 * DaemonSet yet, and what made the pod may look at it still.
 */
const GRACE = 5_000;
/** Pods that are read for what they lack, in a second: a DaemonSet that is marked now may be new to thousands. */
const PER_SECOND = 20;
/** Milliseconds after which a pod is looked at again that waits until others have tried a revision. */
const TRIED = 10_000;

/**
 * Gives pods that run already what they would have got when they were created, and what their records promise: as ephemeral
 * containers, which count neither for their readiness nor for their end. Works until the signal is aborted, and never
 * rejects.
 */
export async function injectLate(options: LateOptions, signal: AbortSignal): Promise<void> {
  const clock = options.clock.monotonic;
  const state: State = {
    echo: new Echo(clock),
    memory: new LateMemory(clock),
    repeats: new Repeats(clock),
    turns: new Turns({ apart: 1000 / PER_SECOND, burst: PER_SECOND, clock }),
    trials: new LateTrials(options.cluster.injected, clock),
  };
  await perform(
    {
      work: (key, facts) => bring(state, options, { key, facts, signal }),
      listen: (queue) => listen(state, options, queue),
    },
    options,
    signal,
  );
}

interface State {
  readonly echo: Echo;
  readonly memory: LateMemory;
  readonly repeats: Repeats;
  readonly turns: Turns;
  readonly trials: LateTrials;
}

interface Task {
  /** A pod, as "namespace/name". */
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

/** What is known of a pod before it is read as a whole. */
interface Need {
  readonly bound: BoundPod;
  readonly lacking: readonly string[];
  /** Of what it lacks, that which others try first. */
  readonly later: ReadonlySet<string>;
  readonly owed: readonly string[];
  /** The DaemonSets of which something is owed, and others that the record names. */
  readonly promised: readonly string[];
  /** Milliseconds until it may be said to lack something. */
  readonly grace: number;
}

async function bring(state: State, options: LateOptions, task: Task): Promise<number | undefined> {
  const seen = options.current();
  const all = seen && needOf(options, task.key, seen);
  if (seen === undefined || all === undefined) {
    forget(state, task.key);
    return undefined;
  }
  const need = withoutLater(state, all, task);
  const tried = need.later.size > 0 ? TRIED : 0;
  if (need.lacking.length === 0 && need.owed.length === 0) return tried;
  const scene = sceneOf({ ...need, pod: need.bound.pod }, task.facts);
  const wait = waitFor(state, { key: task.key, need, scene });
  if (!wait.now) return soonest(tried, wait.again);
  return soonest(tried, await attempt(state, options, { ...task, need, seen, scene }));
}

/** What a pod needs, but for what enough others try at the moment. */
function withoutLater({ trials }: State, need: Need, { key, facts }: Task): Need {
  const { nodeName: node = '' } = specOf(need.bound.pod);
  const later = trials.full(key, { daemonSets: need.lacking, node, facts });
  return { ...need, later, lacking: need.lacking.filter((one) => !later.has(one)) };
}

/** Others wait meanwhile, where the pod gets a revision that nobody knows yet. */
async function attempt(
  state: State,
  options: LateOptions,
  turn: Turn,
): Promise<number | undefined> {
  const { key, facts, need } = turn;
  const { nodeName: node = '' } = specOf(need.bound.pod);
  state.trials.enter(key, { daemonSets: need.lacking, node, facts });
  let isWritten = false;
  try {
    const given = await give(state, options, turn);
    isWritten = given.isWritten;
    return given.again;
  } finally {
    if (!isWritten) state.trials.leave(key);
  }
}

/** Whether it is the time of a pod that needs something, and if not, after how many milliseconds it is, if ever. */
function waitFor(
  { repeats, echo, memory, turns }: State,
  { key, need, scene }: { key: string; need: Need; scene: string },
): { readonly now: boolean; readonly again?: number | undefined } {
  const { owed, grace, bound } = need;
  if (owed.length === 0 && grace > 0) return { now: false, again: grace };
  const pause = Math.max(repeats.wait(key), echo.wait(key, versionOf(bound.pod)));
  if (pause > 0) return { now: false, again: pause };
  const settled = memory.find(key, scene);
  if (settled) return { now: false, ...settled };
  // What was promised is due; what is lacking comes for thousands at once.
  const turn = owed.length > 0 ? 0 : turns.take(key);
  return { now: turn === 0, again: turn };
}

/** @returns undefined for a pod that needs nothing. */
function needOf(
  { bound: { pods }, cluster, clock, existing, isReviewed }: LateOptions,
  key: string,
  { world, settings }: Known,
): Need | undefined {
  const bound = pods.get(key);
  if (bound === undefined || !isReviewed(namespaceOf(key))) return undefined;
  const lacking = existing ? lackingIn(bound.pod, world, settings) : [];
  const { owed, promised } = promisesTo(cluster.injected.get(key));
  if (lacking.length === 0 && owed.length === 0) return undefined;
  const created = Date.parse(metaOf(bound.pod).creationTimestamp ?? '');
  const age = clock.now() - created;
  const grace = lacking.length > 0 && age < GRACE ? Math.min(GRACE, GRACE - age) : 0;
  return { bound, lacking, owed, grace, promised, later: NONE };
}

function promisesTo(pod: ObservedPod | undefined): Pick<Need, 'owed' | 'promised'> {
  const owed = owedTo(pod);
  return { owed, promised: pod && owed.length > 0 ? daemonSetsIn(pod) : [] };
}

const NONE: ReadonlySet<string> = new Set();

const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));

interface Known {
  readonly world: World;
  readonly settings: Settings;
}

interface Turn extends Task {
  readonly need: Need;
  readonly seen: Known;
  readonly scene: string;
}

/** What came of looking at a pod, and after how many milliseconds it is looked at again, if ever. */
interface Given {
  readonly isWritten: boolean;
  readonly again: number | undefined;
}

/** Reads the pod, since what is watched of it is not all, and adds what it is to get. */
async function give(state: State, options: LateOptions, turn: Turn): Promise<Given> {
  const { key, need, seen, scene, signal } = turn;
  const { client, clock, existing, restarts } = options;
  const pod = await readPod(client, key, signal);
  if (pod === undefined) return { isWritten: false, again: undefined };
  const lacking = existing && need.grace <= 0;
  const { later } = need;
  const late = lateFor(pod, { ...seen, now: clock.now(), lacking, restarts, later });
  for (const refusal of state.memory.fresh(pod, refusalsIn(late, turn.facts))) {
    options.refused(pod, refusal);
  }
  const again = lacking ? late.lookAgain : soonest(need.grace, late.lookAgain);
  if (late.record === undefined && late.containers.length === 0) {
    state.memory.settle(key, scene, again);
    return { isWritten: false, again };
  }
  const refused = await write(state, options, { ...turn, pod, late });
  return { isWritten: refused === undefined, again: refused ?? again };
}

/** @param grace milliseconds; 0 where there is nothing to wait for. */
function soonest(grace: number, lookAgain: number | undefined): number | undefined {
  return grace > 0 ? Math.min(grace, lookAgain ?? Infinity) : lookAgain;
}

/** @returns milliseconds until it is tried again, where the API server says no. */
async function write(
  { repeats, echo }: State,
  { client, added, rejected }: LateOptions,
  { key, need, pod, late, signal }: Turn & { readonly pod: Pod; readonly late: Late },
): Promise<number | undefined> {
  const written = await writeLate(client, { pod, late, signal });
  if ('rejected' in written) {
    repeats.tried(key);
    rejected(key, written.rejected);
    return repeats.wait(key);
  }
  repeats.settled(key);
  if (written.isThere) echo.wrote(key, versionOf(need.bound.pod));
  if (written.added.length > 0) added(key, written.added);
  return undefined;
}

const refusalsIn = ({ verdicts }: Late, { daemonSets }: Facts): readonly Refusal[] =>
  verdicts
    .filter(({ decision }) => decision === 'skip')
    .map((verdict) => {
      const blueprint = daemonSets.find(`${verdict.namespace}/${verdict.name}`);
      return { ...verdict, revision: blueprint ? daemonSets.revisionOf(blueprint) : '' };
    });

const versionOf = (pod: Pod): string => {
  const { resourceVersion } = metaOf(pod) as { resourceVersion?: unknown };
  return typeof resourceVersion === 'string' ? resourceVersion : '';
};

function forget({ memory, turns, echo, repeats, trials }: State, key: string): void {
  memory.forget(key);
  turns.forget(key);
  trials.leave(key);
  echo.forget(key);
  repeats.settled(key);
}

function listen(
  state: State,
  { bound: { pods }, cluster, current }: LateOptions,
  queue: Pick<KeyedQueue, 'add'>,
): () => void {
  const touch = (touched: readonly BoundPod[]): void => {
    for (const { key } of touched) queue.add(key, GATHER);
  };
  const newlyWanted = wishesHeard(current);
  const ends = [
    pods.listen((before, after) => {
      if (after) touch([after]);
      else if (before) forget(state, before.key);
    }),
    cluster.injected.listen((_, after) => {
      if (after && promises(after)) queue.add(after.key, GATHER);
    }),
    cluster.listen((kind, object) => {
      if (kind !== 'Pod') touch(touchedBy(kind, object, pods));
      else if (object === undefined) touch(pods.all());
      else if (newlyWanted()) touch(pods.under(onNode(targetNodeOf(object) ?? '')));
    }),
  ];
  touch(pods.all());
  return () => {
    for (const end of ends) end();
  };
}

/** The pods for which a change of the World may matter. */
function touchedBy(
  kind: string,
  object: KubernetesObject | undefined,
  pods: Bound['pods'],
): readonly BoundPod[] {
  const { name = '' } = metaOf(object ?? {});
  if (object && kind === 'Node') return pods.under(onNode(name));
  if (object && kind === 'Namespace')
    return pods.all().filter(({ key }) => key.startsWith(`${name}/`));
  return pods.all();
}

/** Tells whether a node wants another revision than before; placeholders change all the time for other reasons. */
function wishesHeard(current: LateOptions['current']): () => boolean {
  let version = -1;
  return () => {
    const seen = current();
    const now = seen ? factsOf(seen.world, seen.settings).wanted.version : version;
    const isNew = now !== version;
    version = now;
    return isNew;
  };
}
