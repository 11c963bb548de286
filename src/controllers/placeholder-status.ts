import { ofPair, onNode } from '../cluster/injected-pods.js';
import type { Facts } from '../core/facts/facts.js';
import type { Rules } from '../core/status/judge.js';
import { project, statusPatch } from '../core/status/project.js';
import { revisionsOf } from '../core/status/revisions.js';
import { patchPod, perform, type DutyOptions } from './duty.js';
import { Echo } from './echo.js';
import type { Limits } from './limits.js';
import {
  listenFor,
  ofBlocking,
  ofInjected,
  ofThemselves,
  speaks,
  whichOf,
  type Hearing,
} from './touched.js';

export interface PlaceholderStatusOptions extends DutyOptions {
  readonly rules: Rules;
  readonly limits: Pick<Limits, 'budgets' | 'blockedSince'>;
}

/** Milliseconds in which changes come together: a pod that starts tells of it some times within one. */
const GATHER = 500;

/**
 * Keeps the status of placeholders in step with what was injected on their nodes, until the signal is aborted: one write
 * for what has changed within half a second, and none where nothing has. Never rejects.
 */
export async function keepPlaceholderStatus(
  options: PlaceholderStatusOptions,
  signal: AbortSignal,
): Promise<void> {
  const echo = new Echo(options.clock.monotonic);
  await perform(
    {
      work: (key, facts) => bring(echo, options, { key, facts, signal }),
      listen: (queue) => listenFor(hearing(options), queue),
    },
    options,
    signal,
  );
}

interface Task {
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

async function bring(
  echo: Echo,
  options: PlaceholderStatusOptions,
  { key, facts, signal }: Task,
): Promise<number | undefined> {
  const { cluster, client, clock, rules, limits } = options;
  const placeholder = cluster.placeholders.get(key);
  if (!placeholder || !speaks(placeholder, cluster.placeholders)) {
    echo.forget(key);
    return undefined;
  }
  const wait = echo.wait(key, placeholder.resourceVersion);
  if (wait > 0) return wait;
  const projection = project({
    placeholder,
    node: cluster.nodes.get(`/${placeholder.node}`),
    pods: cluster.injected.under(ofPair(placeholder.daemonSet, placeholder.node)),
    revisions: revisionsOf(placeholder, facts.daemonSets, facts.settings),
    rules,
    blockedSince: (pod) => limits.blockedSince(pod),
    now: clock.now(),
  });
  const patch = statusPatch(placeholder, projection);
  if (patch) {
    await patchPod(client, { pod: placeholder, subresource: 'status', patch, signal });
    echo.wrote(key, placeholder.resourceVersion);
  }
  return projection.lookAgain;
}

const hearing = ({ cluster, limits }: PlaceholderStatusOptions): Hearing => ({
  cluster,
  gather: GATHER,
  hear: (touch) => [
    // The older of two speaks again when the younger is gone.
    ofThemselves(cluster, touch, ({ daemonSet, node }) => {
      touch(cluster.placeholders.under(ofPair(daemonSet, node)));
    }),
    ofInjected(cluster, touch),
    cluster.nodes.listen((before, after) => {
      if (before?.isReady === after?.isReady) return;
      touch(cluster.placeholders.under(onNode((after ?? before)?.name ?? '')));
    }),
    ofBlocking(limits.budgets, cluster, touch),
    cluster.listen(whichOf(cluster.placeholders, touch)),
  ],
});
