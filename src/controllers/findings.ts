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
import { list, type KubernetesObject, type Pod } from '../core/model/types.js';
import { observed, type ObservedPod } from '../core/status/observed.js';
import { perform, type DutyOptions } from './duty.js';
import type { Recorder } from './events.js';
import type { KeyedQueue } from './queue.js';
import { sceneIn } from './scene.js';

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

/**
 * Judges pods as `ds-injector status` does, and tells on them what is not as the webhook would have made it, once for each
 * finding; and on DaemonSets, how many pods go without them and why. A pod is read when something has changed that its
 * judgement depends on. Works until the signal is aborted, and never rejects.
 */
export async function findProblems(options: FindingsOptions, signal: AbortSignal): Promise<void> {
  const memory: Memory = { stamps: new Map(), told: new Map() };
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
      options,
      signal,
    ),
  ]);
}

interface Memory {
  /** What each pod's judgement followed from. */
  readonly stamps: Map<string, string>;
  /** What was told of each pod, by its uid. */
  readonly told: Map<string, ReadonlySet<string>>;
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
  const seen = seenOf(key, options);
  const stamp = seen && seen.node !== '' && !seen.isTerminating ? stampOf(seen, facts) : undefined;
  if (stamp !== undefined && memory.stamps.get(key) === stamp) return undefined;
  const pod = stamp === undefined ? undefined : await read(task, options);
  if (pod === undefined || stamp === undefined || !isCounted(pod)) forget(task, memory, options);
  else {
    memory.stamps.set(key, stamp);
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

function forget({ key }: Task, { stamps, told }: Memory, { book }: FindingsOptions): void {
  const uid = book.get(key)?.uid;
  if (uid !== undefined) told.delete(uid);
  stamps.delete(key);
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
  const before = told.get(uid);
  for (const problem of judged.problems) {
    if (before?.has(textOf(problem)) === true) continue;
    recorder.record(findingEvent({ namespace, name, uid }, problem));
  }
  if (judged.problems.length === 0) told.delete(uid);
  else told.set(uid, new Set([...(before ?? []), ...judged.problems.map(textOf)]));
}

const textOf = ({ kind, daemonSet }: Problem): string => `${kind} ${daemonSet}`;

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
