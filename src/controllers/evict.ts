import { budgetsFor } from '../cluster/budgets.js';
import { ofDaemonSet, ofPair } from '../cluster/injected-pods.js';
import { evictionEvent } from '../core/events/finding.js';
import type { Facts } from '../core/facts/facts.js';
import type { EvictionCause, Remedy } from '../core/findings/anew.js';
import type { FindingsBook } from '../core/findings/book.js';
import type { Engine } from '../core/findings/scene.js';
import { list, type KubernetesObject } from '../core/model/types.js';
import { observed, type ObservedPod } from '../core/status/observed.js';
import { perform, type DutyOptions } from './duty.js';
import { evictPod, examine, type Examined } from './evict-calls.js';
import { isHelped, suspectsOf, type Suspect } from './evict-suspects.js';
import { Evictions, type Turn } from './evictions.js';
import type { Recorder } from './events.js';
import type { Limits } from './limits.js';
import type { KeyedQueue } from './queue.js';
import { sceneIn } from './scene.js';
import { areWell, siblingsOf } from './siblings.js';

export interface EvictOptions extends DutyOptions {
  readonly engine: Engine;
  readonly recorder: Recorder;
  /** Whether the webhook is asked about the pods of a namespace: where it is not, they come back the same. */
  readonly isReviewed: (namespace: string) => boolean;
  /** What was found of pods. */
  readonly book: FindingsBook;
  readonly limits: Pick<Limits, 'budgets' | 'owners' | 'areKnown' | 'blockedSince'>;
  /** For what pods may be evicted; for nothing where it is empty. */
  readonly causes: ReadonlySet<EvictionCause>;
  /** Milliseconds in which a pod has to be replaced, as long as its controller is to have as many. */
  readonly progressDeadline: number;
  readonly evicted: (pod: string, remedy: Remedy) => void;
}

/** Milliseconds in which changes come together. */
const GATHER = 500;
/** Milliseconds until those are asked again whom somebody else kept waiting. */
const ASK = 2_000;
/** Milliseconds until the others of a controller are looked at again, which takes two calls. */
const SLOWLY = 10_000;
/** Milliseconds until a budget is looked at again that does not let go by itself. */
const SELDOM = 60_000;
/** Controllers that may lack a pod at a time, of the whole cluster. */
const MOST = 10;

/**
 * Evicts pods that another one in their place would put right, if that is what the operator wants: one of a controller at a
 * time, or as many as its PodDisruptionBudget allows, and the next when these have been replaced and all are ready. Only pods
 * of ReplicaSets, StatefulSets and ReplicationControllers go, which are sure to be made anew, and none that would come back
 * the same. Where a replacement does come back the same, the next goes ever later. Works until the signal is aborted, and never
 * rejects.
 */
export async function evictPods(options: EvictOptions, signal: AbortSignal): Promise<void> {
  const { causes, clock, random, limits, progressDeadline } = options;
  if (causes.size === 0) return;
  const evictions = new Evictions({ most: MOST, clock: clock.monotonic, random, progressDeadline });
  await perform(
    {
      work: (key, facts) =>
        limits.areKnown ? bring({ key, facts, signal, evictions }, options) : Promise.resolve(ASK),
      listen: (queue) => listen(options, evictions, queue),
    },
    options,
    signal,
  );
}

interface Task {
  /** The uid of a controller. */
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
  readonly evictions: Evictions;
}

async function bring(task: Task, options: EvictOptions): Promise<number | undefined> {
  const { key, evictions } = task;
  const turn = evictions.turnOf(key);
  if (turn && !(await isReplaced(turn, task, options)))
    return evictions.isLate(turn) ? SELDOM : ASK;
  const wait = evictions.wait(key);
  if (wait > 0) return wait;
  const waits = await considerAll(task, options);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** @returns after how many milliseconds there is something to do. */
async function considerAll(task: Task, options: EvictOptions): Promise<readonly number[]> {
  const { key, facts, evictions } = task;
  const suspects = suspectsOf(key, facts, options);
  if (suspects.length === 0) evictions.rest(key);
  const waits: number[] = [];
  for (const suspect of suspects) {
    const { again, isLast = false } = (await consider(suspect, task, options)) ?? {};
    if (again !== undefined) waits.push(again);
    if (isLast) break;
  }
  if (evictions.turnOf(key)) waits.push(ASK);
  return waits;
}

/** What came of a suspect. */
interface Result {
  /** Milliseconds until it is asked again. */
  readonly again: number;
  /** Whether no other pod of its controller may go now either. */
  readonly isLast?: boolean;
}

/** Whether there is nothing to wait for of what was done last. */
async function isReplaced(
  turn: Turn,
  { key, facts, signal, evictions }: Task,
  options: EvictOptions,
): Promise<boolean> {
  const siblings = await siblingsOf(turn.pod, options, signal);
  // Its controller may have been told to have fewer.
  if (!areWell(siblings, evictions.isLate(turn) ? 0 : turn.expected)) return false;
  const scene = sceneIn(options, facts);
  const fresh = siblings.alive.filter(({ uid }) => !turn.before.has(uid));
  evictions.close(key, (reason) => fresh.some((pod) => isHelped(pod, reason, scene)));
  // The API server has told that nobody is away, and no watch tells of those that nothing was injected into.
  options.limits.owners.release(observed(turn.pod));
  return true;
}

/** @returns undefined for a pod that is to stay. */
async function consider(
  suspect: Suspect,
  task: Task,
  options: EvictOptions,
): Promise<Result | undefined> {
  const { uid, stamp } = suspect;
  if (task.evictions.isHopeless(uid, stamp)) return undefined;
  const held = heldBack(suspect, task, options);
  if (held) return held;
  const examined = await examine(suspect, options, task);
  if (examined === 'later') return { again: SELDOM };
  if (examined !== 'never') return go(examined, task, options);
  task.evictions.giveUp(uid, stamp);
  return undefined;
}

/** What keeps a pod from going now, as far as that can be told without asking for it. */
function heldBack(suspect: Suspect, task: Task, options: EvictOptions): Result | undefined {
  const { seen, reasons, lagging } = suspect;
  const { key, evictions } = task;
  const pause = evictions.pause(key, reasons);
  if (pause > 0) return { again: pause };
  if (!isOfUse(suspect, options)) return { again: SELDOM };
  if (seen && isBlocked(seen, options)) return { again: SELDOM };
  if (!evictions.turnOf(key) && !evictions.hasRoom) return { again: ASK, isLast: true };
  if (lagging.some((one) => isCanaryAway(one, task))) return { again: ASK };
  return seen && !options.limits.owners.mayTake(seen) ? { again: ASK } : undefined;
}

/** Without the webhook a pod comes back without anything, which helps an orphan alone. */
function isOfUse({ key, reasons }: Suspect, { isReviewed }: EvictOptions): boolean {
  const [namespace = ''] = key.split('/');
  return isReviewed(namespace) || reasons.some(({ cause }) => cause === 'orphaned');
}

/** Whether budgets do not let go of a pod by themselves; the API server evicts none that several hold for. */
const isBlocked = (pod: ObservedPod, { limits }: EvictOptions): boolean =>
  limits.blockedSince(pod) !== undefined || budgetsFor(limits.budgets, pod).length > 1;

/** Nothing is known beforehand of a pod that nothing was injected into, so that all is asked once more here. */
async function go(examined: Examined, task: Task, options: EvictOptions): Promise<Result> {
  const { pod, seen, remedies } = examined;
  const { key, evictions, signal } = task;
  const { owners } = options.limits;
  if (isBlocked(seen, options)) return { again: SELDOM, isLast: true };
  if (!owners.mayTake(seen)) return { again: SLOWLY, isLast: true };
  const pause = evictions.pause(key, remedies);
  if (pause > 0) return { again: pause };
  const { alive, areEnding } = await siblingsOf(pod, options, signal);
  const expected = alive.length;
  const isQuiet = owners.isHeld(seen) || areWell({ alive, areEnding }, expected, seen.uid);
  if (!isQuiet) return { again: SLOWLY, isLast: true };
  if (!owners.take(seen)) return { again: ASK };
  const before = new Set(alive.map(({ uid }) => uid));
  const daemonSets = new Set(remedies.map((one) => one.daemonSet));
  evictions.open(key, { pod, expected, before, daemonSets });
  return evict(examined, task, options);
}

async function evict(
  { pod, seen, remedies }: Examined,
  { key, evictions, signal }: Task,
  options: EvictOptions,
): Promise<Result> {
  const { owners } = options.limits;
  const isHeld = owners.isHeld(seen);
  const answer = await evictPod(options, seen, signal);
  if (answer.kind === 'evicted') {
    evictions.accept(key, remedies);
    // Its budget allows one less already: the API server counts what it lets go at once.
    if (isHeld) owners.release(seen);
    tell({ pod, seen, remedies }, options);
    return { again: ASK, isLast: !isHeld };
  }
  owners.release(seen);
  if (answer.kind === 'gone') return { again: ASK };
  return { again: evictions.refuse(key, answer.retryAfter), isLast: true };
}

function tell({ seen, remedies }: Examined, { evicted, recorder }: EvictOptions): void {
  for (const one of remedies) {
    evicted(seen.key, one);
    recorder.record(evictionEvent(seen, `${one.cause}, DaemonSet ${one.daemonSet}: ${one.detail}`));
  }
}

/** The first pod that goes for a revision which is not proven is a canary for those of other controllers. */
function isCanaryAway(daemonSet: string, { key, facts, evictions }: Task): boolean {
  const present = facts.daemonSets.find(daemonSet);
  if (present === undefined) return false;
  const { proven } = facts.daemonSets.standingOf(present);
  const isProven = proven.includes(facts.daemonSets.revisionOf(present));
  return !isProven && evictions.isTried(daemonSet, key);
}

function listen(
  { cluster, book }: EvictOptions,
  evictions: Evictions,
  queue: Pick<KeyedQueue, 'add'>,
): () => void {
  const touch = (pods: readonly (ObservedPod | undefined)[]): void => {
    for (const pod of pods) if (pod?.owner?.uid !== undefined) queue.add(pod.owner.uid, GATHER);
  };
  const { injected, placeholders } = cluster;
  const changed = (kind: string, object: KubernetesObject | undefined): void => {
    if (kind !== 'DaemonSet' && kind !== 'ControllerRevision') return;
    touch(object ? namesOf(kind, object).flatMap((one) => injected.under(one)) : injected.all());
  };
  const ends = [
    injected.listen((before, after) => {
      if (before && !after) evictions.forget(before.uid);
      touch([before, after]);
    }),
    placeholders.listen((_, after) => {
      if (after) touch(injected.under(ofPair(after.daemonSet, after.node)));
    }),
    book.listen((before, after) => {
      // Of one that nothing was injected into, nobody else tells that it is gone, or is another.
      if (before && !(after && injected.get(before.key))) evictions.forget(before.uid);
      for (const one of [before, after]) if (one?.owner) queue.add(one.owner, GATHER);
    }),
    cluster.listen(changed),
  ];
  touch(injected.all());
  return () => {
    for (const end of ends) end();
  };
}

/** Under what the pods are to be found that hold a DaemonSet, or the one that a revision is of. */
function namesOf(kind: string, { metadata }: KubernetesObject): readonly string[] {
  const { namespace = '', name = '', ownerReferences } = metadata ?? {};
  const names =
    kind === 'DaemonSet' ? [name] : list(ownerReferences).map((owner) => owner.name ?? '');
  return names.map((one) => ofDaemonSet(`${namespace}/${one}`));
}
