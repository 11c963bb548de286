import { ofDaemonSet, ofOwner, ofPair } from '../cluster/injected-pods.js';
import { evictionEvent } from '../core/events/finding.js';
import type { Facts } from '../core/facts/facts.js';
import type { EvictionCause, Remedy } from '../core/findings/anew.js';
import { keyOf } from '../core/findings/belief.js';
import type { FindingsBook } from '../core/findings/book.js';
import type { Engine, Scene } from '../core/findings/scene.js';
import { stampOf } from '../core/findings/stamp.js';
import { list, type KubernetesObject } from '../core/model/types.js';
import { isOver, saysReady, type Identity, type ObservedPod } from '../core/status/observed.js';
import { revisionsOf } from '../core/status/revisions.js';
import { perform, type DutyOptions } from './duty.js';
import { evictPod, examine, type Examined } from './evict-calls.js';
import { Evictions } from './evictions.js';
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
 * time, or as many as its PodDisruptionBudget allows, and the next when these have been replaced and all are ready. Nothing
 * is evicted that no controller makes anew, or that would come back the same. Works until the signal is aborted, and never
 * rejects.
 */
export async function evictPods(options: EvictOptions, signal: AbortSignal): Promise<void> {
  const { causes, clock, random, limits } = options;
  if (causes.size === 0) return;
  const evictions = new Evictions({ most: MOST, clock: clock.monotonic, random });
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

/** A pod that may have to go. */
interface Suspect extends Pick<Identity, 'key' | 'uid'> {
  /** As the caches have it; undefined for one that nothing was injected into. */
  readonly seen: ObservedPod | undefined;
  /** The DaemonSets of which it can get the wanted revision in no other way. */
  readonly lagging: readonly string[];
  /** What it follows from that it would come back the same. */
  readonly stamp: string;
}

async function bring(task: Task, options: EvictOptions): Promise<number | undefined> {
  const { key, evictions } = task;
  if (!(await isReplaced(task, options))) return ASK;
  const wait = evictions.wait(key);
  if (wait > 0) return wait;
  const waits: number[] = [];
  for (const suspect of suspectsOf(task, options)) {
    const { again, isLast = false } = (await consider(suspect, task, options)) ?? {};
    if (again !== undefined) waits.push(again);
    if (isLast) break;
  }
  if (evictions.turnOf(key)) waits.push(ASK);
  return waits.length > 0 ? Math.min(...waits) : undefined;
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
  { key, signal, evictions }: Task,
  options: EvictOptions,
): Promise<boolean> {
  const turn = evictions.turnOf(key);
  if (turn === undefined) return true;
  const siblings = await siblingsOf(turn.pod, options, signal);
  // Its controller may have been told to have fewer.
  const isLate = options.clock.monotonic() - turn.at >= options.progressDeadline;
  if (!areWell(siblings, isLate ? 0 : turn.expected)) return false;
  evictions.close(key);
  return true;
}

/** @returns undefined for a pod that is to stay. */
async function consider(
  suspect: Suspect,
  task: Task,
  options: EvictOptions,
): Promise<Result | undefined> {
  const { seen, uid, stamp, lagging } = suspect;
  const { evictions, key } = task;
  const { limits } = options;
  if (evictions.isHopeless(uid, stamp)) return undefined;
  if (seen && limits.blockedSince(seen) !== undefined) return { again: SELDOM };
  if (!evictions.turnOf(key) && !evictions.hasRoom) return { again: ASK, isLast: true };
  if (lagging.some((one) => isCanaryAway(one, task))) return { again: ASK };
  if (seen && !limits.owners.mayTake(seen)) return { again: ASK };
  const examined = await examine(suspect, options, task);
  if (examined === undefined) {
    evictions.giveUp(uid, stamp);
    return undefined;
  }
  return go(examined, task, options);
}

async function go(
  { pod, seen, remedies }: Examined,
  task: Task,
  options: EvictOptions,
): Promise<Result> {
  const { key, evictions, signal } = task;
  const { limits } = options;
  const isHeld = limits.owners.isHeld(seen);
  const siblings = await siblingsOf(pod, options, signal);
  const expected = siblings.alive.length;
  if (!isHeld && !areWell(siblings, expected, seen.uid)) return { again: SLOWLY, isLast: true };
  if (!limits.owners.take(seen)) return { again: ASK };
  evictions.open(key, { pod, expected, daemonSets: new Set(remedies.map((one) => one.daemonSet)) });
  const answer = await evictPod(options, seen, signal);
  if (answer.kind === 'evicted') {
    evictions.accept(key);
    // Its budget allows one less already: the API server counts what it lets go at once.
    if (isHeld) limits.owners.release(seen);
    tell({ pod, seen, remedies }, options);
    return { again: ASK, isLast: !isHeld };
  }
  limits.owners.release(seen);
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

/** Those that serve nobody first; of the others, the first by name. */
function suspectsOf(task: Task, options: EvictOptions): readonly Suspect[] {
  const { key, facts } = task;
  const { cluster, book, causes } = options;
  const scene = sceneIn(options, facts);
  const pods = new Map<string, Suspect>();
  for (const entry of book.ofOwner(key)) {
    if (!entry.problems.some(({ kind }) => (causes as ReadonlySet<string>).has(kind))) continue;
    const seen = cluster.injected.get(entry.key);
    pods.set(entry.key, { ...entry, seen, lagging: [], stamp: stampFor(seen, facts) });
  }
  for (const seen of cluster.injected.under(ofOwner({ owner: undefined, uid: key }))) {
    const lagging = causes.has('outdated') && !isOver(seen) ? laggingIn(seen, scene) : [];
    if (lagging.length === 0) continue;
    pods.set(seen.key, { ...seen, seen, lagging, stamp: stampFor(seen, facts) });
  }
  return [...pods.values()].filter(({ seen }) => !seen || !isOver(seen)).sort(byUse);
}

const byUse = (one: Suspect, other: Suspect): number =>
  Number(serves(one)) - Number(serves(other)) || (one.key < other.key ? -1 : 1);

const serves = ({ seen }: Suspect): boolean => seen === undefined || saysReady(seen.conditions);

/** The DaemonSets of a pod that only another pod can have as its node wants them. */
const laggingIn = (pod: ObservedPod, { facts, placeholderOf, settings }: Scene): string[] =>
  list(pod.record?.daemonSets)
    .map(keyOf)
    .filter((daemonSet) => {
      const placeholder = placeholderOf(daemonSet, pod.node);
      if (placeholder === undefined) return false;
      const revisions = revisionsOf(placeholder, facts.daemonSets, settings);
      const held = revisions.held(pod);
      return held.length > 0 && revisions.lag(pod, held) === 'outdated';
    });

/** What would come back depends on what is wanted on all nodes, and on what is there and has proven itself, too. */
function stampFor(seen: ObservedPod | undefined, facts: Facts): string {
  const { daemonSets, wanted } = facts;
  const standings = list(seen?.record?.daemonSets).map((one) => {
    const present = daemonSets.find(keyOf(one));
    if (present === undefined) return '';
    const { proven, broken } = daemonSets.standingOf(present);
    const at = wanted.of(present)?.at(seen?.node ?? '') ?? '';
    const isThere = daemonSets.blueprintAt(present, at) !== undefined;
    return [daemonSets.revisionOf(present), isThere, ...proven, '|', ...broken.keys()].join();
  });
  return [seen ? stampOf(seen, facts) : '', wanted.version, ...standings].join(' ');
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
