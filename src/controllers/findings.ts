import type { CacheListener } from '../cluster/cache.js';
import { ofDaemonSet } from '../cluster/injected-pods.js';
import { isStatus } from '../cluster/lease-calls.js';
import { pathOf, PODS } from '../cluster/resources.js';
import { daemonSetRef, skipEvent } from '../core/events/daemon-set.js';
import { findingEvent } from '../core/events/finding.js';
import type { Facts } from '../core/facts/facts.js';
import { entryOf, type FindingsBook } from '../core/findings/book.js';
import { isCounted, judgePod, type JudgedPod } from '../core/findings/judge-pod.js';
import type { Problem } from '../core/findings/judged.js';
import type { Engine } from '../core/findings/scene.js';
import { stampOf } from '../core/findings/stamp.js';
import { Told } from '../core/findings/told.js';
import { list, type KubernetesObject, type Pod } from '../core/model/types.js';
import { isOver, observed, type ObservedPod } from '../core/status/observed.js';
import { perform, type DutyOptions } from './duty.js';
import type { Recorder } from './events.js';
import type { KeyedQueue, QueueObserver } from './queue.js';
import { sceneIn } from './scene.js';
import { Turns } from './turns.js';

/** Pods that are looked at besides those that bear the injector's label. */
export interface MorePods {
  /** By "namespace/name", reduced to what `observed` reads of metadata and of the node. */
  get(key: string): { readonly pod: Pod } | undefined;
  all(): readonly { readonly key: string }[];
  listen(listener: CacheListener<{ readonly key: string }>): () => void;
}

export interface FindingsOptions extends DutyOptions {
  readonly engine: Engine;
  readonly recorder: Recorder;
  /** Hears how the work on the sums goes, as `observe` does of that on pods. */
  readonly observeSums: QueueObserver;
  /** Whether the webhook is asked about the pods of a namespace: where it is not, nothing is missed. */
  readonly isReviewed: (namespace: string) => boolean;
  /**
   * Whether pods that run get what they miss: then it is told only where there is a reason why one does not, since all others
   * have it in a moment.
   */
  readonly isAdded: boolean;
  /** Where findings are written down. */
  readonly book: FindingsBook;
  readonly more?: MorePods;
  /** Milliseconds in which changes come together; a pod that is new may be on its way to what it lacks. */
  readonly gather?: number;
  /** Milliseconds in which reasons why pods go without a DaemonSet are summed up. */
  readonly sumUp?: number;
}

const GATHER = 10_000;
const SUM_UP = 60_000;
/** Pods that are read in a second: a DaemonSet that is marked now may matter to thousands. */
const PER_SECOND = 20;

/**
 * Judges pods as `ds-injector status` does, and tells on them what is not as the webhook would have made it, once for each
 * finding; and on DaemonSets, how many pods go without them and why. A pod is read when something has changed that its
 * judgement depends on. Works until the signal is aborted, and never rejects.
 */
export async function findProblems(options: FindingsOptions, signal: AbortSignal): Promise<void> {
  const clock = options.clock.monotonic;
  const turns = new Turns({ apart: 1000 / PER_SECOND, burst: PER_SECOND, clock });
  const memory: Memory = { stamps: new Map(), told: new Told(), turns };
  const said = new Map<string, string>();
  await Promise.all([
    perform(
      {
        work: (key, facts) => look({ key, facts, signal }, memory, options),
        listen: (queue) => listen(options, queue),
      },
      options,
      signal,
    ),
    perform(
      {
        work: (key, facts) => {
          sumUp({ key, facts, said }, options);
          return Promise.resolve(undefined);
        },
        listen: (queue) => listenToSkips(options, queue),
      },
      { ...options, observe: options.observeSums },
      signal,
    ),
  ]);
}

interface Memory {
  /** What each pod's judgement followed from. */
  readonly stamps: Map<string, string>;
  readonly told: Told;
  /** When pods are read. */
  readonly turns: Turns;
}

interface Task {
  /** "namespace/name" of a pod. */
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

async function look(
  task: Task,
  memory: Memory,
  options: FindingsOptions,
): Promise<number | undefined> {
  const { key, facts } = task;
  const { stamps, turns } = memory;
  const seen = seenOf(key, options);
  if (seen === undefined || seen.node === '' || isOver(seen)) {
    forget(key, memory, options);
    return undefined;
  }
  const stamp = stampOf(seen, facts);
  if (stamps.get(key) === stamp) {
    turns.forget(key);
    return undefined;
  }
  const wait = turns.take(key);
  if (wait > 0) return wait;
  const pod = await read(task, options);
  if (pod === undefined || !isCounted(pod)) forget(key, memory, options);
  else {
    stamps.set(key, stamp);
    judge(pod, { ...task, memory }, options);
  }
  return undefined;
}

function seenOf(
  key: string,
  { cluster, more }: Pick<FindingsOptions, 'cluster' | 'more'>,
): ObservedPod | undefined {
  const pod = more?.get(key)?.pod;
  return cluster.injected.get(key) ?? (pod && observed(pod));
}

function forget(
  key: string,
  { stamps, told, turns }: Memory,
  { book }: Pick<FindingsOptions, 'book'>,
): void {
  stamps.delete(key);
  told.forget(key);
  turns.forget(key);
  book.set(key, undefined);
}

async function read({ key, signal }: Task, { client }: FindingsOptions): Promise<Pod | undefined> {
  const [namespace = '', name = ''] = key.split('/');
  try {
    return await client.request({ method: 'GET', path: pathOf(PODS, { namespace, name }), signal });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

function judge(
  pod: Pod,
  { key, facts, memory: { told } }: Task & { readonly memory: Memory },
  options: FindingsOptions,
): void {
  const { book, recorder } = options;
  const scene = sceneIn(options, facts);
  const { uid, owner, namespace, name, node } = observed(pod);
  const whole = judgePod(pod, scene, { closely: true });
  const isReviewed = options.isReviewed(namespace);
  const isTold = ({ kind, detail }: Problem): boolean =>
    kind !== 'missed' || (isReviewed && (!options.isAdded || detail !== undefined));
  const problems = whole.problems.filter(isTold);
  const judged: JudgedPod = { ...whole, problems };
  const isVirtual = scene.profileOf(node) !== undefined;
  book.set(key, entryOf(judged, { uid, owner: owner?.uid ?? '' }, isVirtual));
  for (const problem of told.fresh(key, uid, problems)) {
    recorder.record(findingEvent({ namespace, name, uid }, problem));
  }
}

interface Sum {
  /** "namespace/name" of a DaemonSet. */
  readonly key: string;
  readonly facts: Facts;
  /** What was said last, by DaemonSet. */
  readonly said: Map<string, string>;
}

function sumUp({ key, facts, said }: Sum, { book, recorder }: FindingsOptions): void {
  const blueprint = facts.daemonSets.find(key);
  const draft =
    blueprint?.marked === true
      ? skipEvent(daemonSetRef(blueprint.daemonSet), book.skips(key))
      : undefined;
  if (draft === undefined) said.delete(key);
  else if (said.get(key) !== draft.note) {
    said.set(key, draft.note);
    recorder.record(draft);
  }
}

function listenToSkips(
  { book, sumUp: after = SUM_UP }: FindingsOptions,
  queue: Pick<KeyedQueue, 'add'>,
): () => void {
  return book.listen((before, entry) => {
    const keys = [before, entry].flatMap((one) => [...(one?.skipped.keys() ?? [])]);
    for (const key of new Set(keys)) {
      if (before?.skipped.get(key) !== entry?.skipped.get(key)) queue.add(key, after);
    }
  });
}

function listen(options: FindingsOptions, queue: Pick<KeyedQueue, 'add'>): () => void {
  const { cluster, more, gather = GATHER } = options;
  const touch = (pods: readonly ({ readonly key: string } | undefined)[]): void => {
    for (const pod of pods) if (pod) queue.add(pod.key, gather);
  };
  const all = (): void => {
    touch([...cluster.injected.all(), ...(more?.all() ?? [])]);
  };
  const changed = (kind: string, object: KubernetesObject | undefined): void => {
    if (kind === 'ControllerRevision' && object) touch(revised(object, cluster));
    else if (kind !== 'Pod') all();
  };
  const ends = [
    cluster.injected.listen((before, after) => {
      touch([after ?? before]);
    }),
    ...(more
      ? [
          more.listen((before, after) => {
            touch([after ?? before]);
          }),
        ]
      : []),
    cluster.listen(changed),
  ];
  all();
  return () => {
    for (const end of ends) end();
  };
}

/** The pods for which it may matter whether a revision is there. */
function revised(
  { metadata }: KubernetesObject,
  { injected }: DutyOptions['cluster'],
): readonly ObservedPod[] {
  const { namespace = '', ownerReferences } = metadata ?? {};
  return list(ownerReferences).flatMap(({ name = '' }) =>
    injected.under(ofDaemonSet(`${namespace}/${name}`)),
  );
}
