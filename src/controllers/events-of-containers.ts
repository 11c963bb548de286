import { believedIn } from '../core/condition/believed.js';
import { containerEvents } from '../core/events/container.js';
import { factsOf } from '../core/facts/facts.js';
import type { ObservedPod } from '../core/status/observed.js';
import type { DutyOptions } from './duty.js';
import type { Recorder } from './events.js';

/**
 * Tells of injected containers on nodes whose kubelets tell nothing, until the signal is aborted: on all others the
 * kubelet's own events are there. It goes by changes of pods, so that nothing is told of what is not in the cluster, such as
 * the pods of a dry run, nor of what was so already when this replica became the leader.
 */
export function tellOfContainers(
  { cluster, current }: Pick<DutyOptions, 'cluster' | 'current'>,
  recorder: Recorder,
  signal: AbortSignal,
): void {
  const tell = (before: ObservedPod | undefined, after: ObservedPod | undefined): void => {
    const seen = current();
    if (after === undefined || seen === undefined) return;
    const { nodes, daemonSets } = factsOf(seen.world, seen.settings);
    if (nodes.named(after.node)?.nodeClass.profile?.events !== 'none') return;
    const believed = believedIn(after, daemonSets);
    const all = [...believed.daemonSets, ...believed.orphans];
    for (const draft of containerEvents(before, after, all)) recorder.record(draft);
  };
  const unlisten = cluster.injected.listen(tell);
  signal.addEventListener('abort', unlisten, { once: true });
}
