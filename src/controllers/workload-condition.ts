import { ofDaemonSet } from '../cluster/injected-pods.js';
import { believedIn } from '../core/condition/believed.js';
import { conditionFor } from '../core/condition/condition.js';
import type { Facts } from '../core/facts/facts.js';
import { metaOf } from '../core/model/pod.js';
import { list } from '../core/model/types.js';
import type { ObservedPod } from '../core/status/observed.js';
import { patchPod, perform, type DutyOptions } from './duty.js';
import { Echo } from './echo.js';
import type { KeyedQueue } from './queue.js';

/** Milliseconds in which changes come together: a pod that starts tells of it some times within one. */
const GATHER = 500;

/**
 * Keeps a condition on injected pods that sums up what was injected, until the signal is aborted; one write for what has
 * changed within half a second. Never rejects.
 *
 * It is a strategic merge, as the kubelet's own writes are: the API server takes conditions apart by their types, so that
 * neither undoes what the other wrote, and no version has to be agreed on.
 */
export async function keepWorkloadConditions(
  options: DutyOptions,
  signal: AbortSignal,
): Promise<void> {
  const echo = new Echo(options.clock.monotonic);
  await perform(
    {
      work: (key, facts) => bring({ echo, facts, key, signal }, options),
      listen: (queue) => listen(options, queue),
    },
    options,
    signal,
  );
}

interface Task {
  readonly echo: Echo;
  readonly facts: Facts;
  readonly key: string;
  readonly signal: AbortSignal;
}

async function bring(
  { echo, facts, key, signal }: Task,
  { cluster, client, clock }: DutyOptions,
): Promise<number | undefined> {
  const pod = cluster.injected.get(key);
  if (!pod || pod.isTerminating) {
    echo.forget(key);
    return undefined;
  }
  const wait = echo.wait(key, pod.resourceVersion);
  if (wait > 0) return wait;
  const condition = conditionFor(pod, believedIn(pod, facts.daemonSets), clock.now());
  if (condition === undefined) return undefined;
  // With the uid it is refused where another pod of the name has come since.
  const patch = { metadata: { uid: pod.uid }, status: { conditions: [condition] } };
  await patchPod(client, { pod, subresource: 'status', patch, type: 'strategic-merge', signal });
  echo.wrote(key, pod.resourceVersion);
  return undefined;
}

function listen({ cluster }: DutyOptions, queue: Pick<KeyedQueue, 'add'>): () => void {
  const touch = (pods: readonly ObservedPod[]): void => {
    for (const { key } of pods) queue.add(key, GATHER);
  };
  const ends = [
    cluster.injected.listen((_, after) => {
      if (after) touch([after]);
    }),
    cluster.listen((kind, object) => {
      const { namespace = '', name = '', ownerReferences } = metaOf(object ?? {});
      const owned = (owner: string): void => {
        touch(cluster.injected.under(ofDaemonSet(`${namespace}/${owner}`)));
      };
      if (kind !== 'DaemonSet' && kind !== 'ControllerRevision') return;
      if (!object) touch(cluster.injected.all());
      else if (kind === 'DaemonSet') owned(name);
      else for (const owner of list(ownerReferences)) owned(owner.name ?? '');
    }),
  ];
  touch(cluster.injected.all());
  return () => {
    for (const end of ends) end();
  };
}
