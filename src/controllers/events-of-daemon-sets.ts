import { daemonSetsIn, ofDaemonSet } from '../cluster/injected-pods.js';
import { believedIn } from '../core/condition/believed.js';
import { reportsOf } from '../core/condition/containers.js';
import { troubleOf } from '../core/condition/trouble.js';
import { daemonSetRef, troubleEvents, type TroubleAt } from '../core/events/daemon-set.js';
import type { Facts } from '../core/facts/facts.js';
import type { ObservedPod } from '../core/status/observed.js';
import { perform, type DutyOptions } from './duty.js';
import type { Recorder } from './events.js';
import type { KeyedQueue } from './queue.js';

/** Milliseconds in which changes come together: of a rollout, one event shall tell and not one for each pod. */
const GATHER = 10_000;

/**
 * Tells on DaemonSets which troubles they have in which pods on which nodes, whenever that has changed, until the signal is
 * aborted. Never rejects.
 *
 * @param gather milliseconds in which changes come together.
 */
export async function tellOfDaemonSets(
  options: DutyOptions & { readonly recorder: Recorder },
  signal: AbortSignal,
  gather = GATHER,
): Promise<void> {
  /** What was said last, by DaemonSet. */
  const said = new Map<string, ReadonlySet<string>>();
  await perform(
    {
      work: (key, facts) => {
        tell({ key, facts, said }, options);
        return Promise.resolve(undefined);
      },
      listen: (queue) => listen(options, queue, gather),
    },
    options,
    signal,
  );
}

interface Task {
  readonly key: string;
  readonly facts: Facts;
  readonly said: Map<string, ReadonlySet<string>>;
}

function tell(
  { key, facts, said }: Task,
  { cluster, recorder }: Pick<DutyOptions, 'cluster'> & { readonly recorder: Recorder },
): void {
  const blueprint = facts.daemonSets.find(key);
  if (blueprint === undefined) {
    said.delete(key);
    return;
  }
  const pods = cluster.injected.under(ofDaemonSet(key));
  const drafts = troubleEvents(
    daemonSetRef(blueprint.daemonSet),
    pods.flatMap((pod) => troublesIn(pod, key, facts)),
  );
  const before = said.get(key);
  for (const draft of drafts) if (before?.has(draft.note) !== true) recorder.record(draft);
  said.set(key, new Set(drafts.map(({ note }) => note)));
}

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

function troublesIn(pod: ObservedPod, key: string, { daemonSets }: Facts): readonly TroubleAt[] {
  if (pod.isTerminating || ENDED.has(pod.phase)) return [];
  return reportsOf(pod, believedIn(pod, daemonSets).daemonSets)
    .filter(({ daemonSet }) => daemonSet === key)
    .flatMap((report) => troubleOf(report) ?? [])
    .map((trouble) => ({ ...trouble, pod: pod.key, node: pod.node }));
}

function listen(
  { cluster }: DutyOptions,
  queue: Pick<KeyedQueue, 'add'>,
  gather: number,
): () => void {
  const touch = (pod: ObservedPod | undefined): void => {
    for (const key of pod ? daemonSetsIn(pod) : []) queue.add(key, gather);
  };
  for (const pod of cluster.injected.all()) touch(pod);
  return cluster.injected.listen((before, after) => {
    touch(before);
    touch(after);
  });
}
