import { daemonSetsIn, ofDaemonSet, ofPair, onNode } from '../cluster/injected-pods.js';
import type { WorldListener } from '../cluster/world.js';
import type { Facts } from '../core/facts/facts.js';
import { metaOf } from '../core/model/pod.js';
import { list } from '../core/model/types.js';
import type { Rules } from '../core/status/judge.js';
import type { Placeholder } from '../core/status/placeholder.js';
import { project, statusPatch } from '../core/status/project.js';
import { revisionsOf } from '../core/status/revisions.js';
import { patchPod, perform, type DutyOptions } from './duty.js';
import type { KeyedQueue } from './queue.js';

export interface PlaceholderStatusOptions extends DutyOptions {
  readonly rules: Rules;
}

/** Milliseconds in which changes come together: a pod that starts tells of it some times within one. */
const GATHER = 500;
/** Milliseconds that a write may take to be told by the watch, before it is looked at again. */
const ECHO = 5_000;

/**
 * Keeps the status of placeholders in step with what was injected on their nodes, until the signal is aborted: one write
 * for what has changed within half a second, and none where nothing has. Never rejects.
 */
export async function keepPlaceholderStatus(
  options: PlaceholderStatusOptions,
  signal: AbortSignal,
): Promise<void> {
  const state: State = { written: new Map() };
  await perform(
    {
      work: (key, facts) => bring(state, options, { key, facts, signal }),
      listen: (queue) => listen(options, queue),
    },
    options,
    signal,
  );
}

interface State {
  /** What was patched, until the watch tells of it. */
  readonly written: Map<string, { readonly version: string; readonly at: number }>;
}

interface Task {
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

async function bring(
  state: State,
  options: PlaceholderStatusOptions,
  { key, facts, signal }: Task,
): Promise<number | undefined> {
  const { cluster, client, clock, rules } = options;
  const placeholder = cluster.placeholders.get(key);
  if (!placeholder || !isCurrent(placeholder, options)) {
    state.written.delete(key);
    return undefined;
  }
  const echo = waitForEcho(state, placeholder, clock.monotonic());
  if (echo > 0) return echo;
  const projection = project({
    placeholder,
    node: cluster.nodes.get(`/${placeholder.node}`),
    pods: cluster.injected.under(ofPair(placeholder.daemonSet, placeholder.node)),
    revisions: revisionsOf(placeholder, facts.daemonSets, facts.settings),
    rules,
    now: clock.now(),
  });
  const patch = statusPatch(placeholder, projection);
  if (patch) {
    await patchPod(client, { pod: placeholder, subresource: 'status', patch, signal });
    state.written.set(key, { version: placeholder.resourceVersion, at: clock.monotonic() });
  }
  return projection.lookAgain;
}

/** Until the watch has told of it, a write would be made once more. */
function waitForEcho(
  { written }: State,
  { key, resourceVersion }: Placeholder,
  now: number,
): number {
  const before = written.get(key);
  if (before?.version === resourceVersion) return before.at + ECHO - now;
  written.delete(key);
  return 0;
}

/** With `maxSurge` a node has two for a while: the younger speaks for it, and the older keeps what it said last. */
function isCurrent(placeholder: Placeholder, { cluster }: PlaceholderStatusOptions): boolean {
  const { key, daemonSet, node, createdAt, isTerminating } = placeholder;
  if (isTerminating || node === '') return false;
  if (daemonSet === '') return true;
  return cluster.placeholders
    .under(ofPair(daemonSet, node))
    .every(
      (other) =>
        other.isTerminating ||
        other.createdAt < createdAt ||
        (other.createdAt === createdAt && other.key <= key),
    );
}

function listen(
  { cluster: { placeholders, injected, nodes, listen: listenToWorld } }: PlaceholderStatusOptions,
  queue: Pick<KeyedQueue, 'add'>,
): () => void {
  const touch = (touched: readonly Placeholder[]): void => {
    for (const { key } of touched) queue.add(key, GATHER);
  };
  const ends = [
    placeholders.listen((before, after) => {
      touch([before, after].filter((one) => one !== undefined));
      // The older of two speaks again when the younger is gone.
      if (before && !after) touch(placeholders.under(ofPair(before.daemonSet, before.node)));
    }),
    injected.listen((before, after) => {
      for (const pod of [before, after]) {
        for (const daemonSet of pod ? daemonSetsIn(pod) : []) {
          touch(placeholders.under(ofPair(daemonSet, pod?.node ?? '')));
        }
      }
    }),
    nodes.listen((before, after) => {
      if (before?.isReady === after?.isReady) return;
      touch(placeholders.under(onNode((after ?? before)?.name ?? '')));
    }),
    listenToWorld(whichOf(placeholders, touch)),
  ];
  touch(placeholders.all());
  return () => {
    for (const end of ends) end();
  };
}

/** Finds the placeholders for which a change of the World may matter. */
const whichOf =
  (
    placeholders: DutyOptions['cluster']['placeholders'],
    touch: (touched: readonly Placeholder[]) => void,
  ): WorldListener =>
  (kind, object) => {
    if (kind !== 'DaemonSet' && kind !== 'ControllerRevision') return;
    const { namespace = '', name = '', ownerReferences } = metaOf(object ?? {});
    if (!object) touch(placeholders.all());
    else if (kind === 'DaemonSet') touch(placeholders.under(ofDaemonSet(`${namespace}/${name}`)));
    else {
      for (const owner of list(ownerReferences)) {
        touch(placeholders.under(ofDaemonSet(`${namespace}/${owner.name ?? ''}`)));
      }
    }
  };
