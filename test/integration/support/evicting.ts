import { clusterWorld } from '../../../src/cluster/world.js';
import type { Clock } from '../../../src/cluster/clock.js';
import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  DISRUPTION_BUDGETS,
  NAMESPACES,
  NODES,
  PODS,
} from '../../../src/cluster/resources.js';
import { keepBound } from '../../../src/controllers/bound.js';
import type { DutyOptions } from '../../../src/controllers/duty.js';
import { evictPods } from '../../../src/controllers/evict.js';
import { findProblems } from '../../../src/controllers/findings.js';
import { Limits } from '../../../src/controllers/limits.js';
import { inject } from '../../../src/core/engine.js';
import type { EventDraft } from '../../../src/core/events/draft.js';
import type { EvictionCause } from '../../../src/core/findings/anew.js';
import { FindingsBook } from '../../../src/core/findings/book.js';
import type { KubernetesObject, Pod } from '../../../src/core/model/types.js';
import { isPlaceholder } from '../../../src/core/placeholder/placeholder.js';
import { applyPatch } from '../../../src/core/patch/apply.js';
import type { ApiServer } from '../../support/api-server/api-server.js';
import { clientOf } from '../../support/api-server/client.js';
import { settings, worldOf } from '../../support/builders.js';
import { silentWatch } from './replica.js';

/** What finds and evicts, as the leader runs it. */
export interface Evicting {
  readonly book: FindingsBook;
  /** "cause pod", in the order in which they were told. */
  readonly evicted: readonly string[];
  readonly events: readonly EventDraft[];
  /** What went wrong. */
  readonly failures: readonly string[];
  /** How often an object was looked at. */
  looks(): number;
  /** How often the reasons why pods go without a DaemonSet were summed up. */
  sums(): number;
  stop(): Promise<void>;
}

/** @param isAdded whether what pods miss is added while they run, by others. */
export function startEvicting(
  api: ApiServer,
  clock: Clock,
  causes: readonly EvictionCause[],
  isAdded = false,
): Evicting {
  const client = clientOf(api);
  const cluster = clusterWorld({ client, random: Math.random, observe: () => silentWatch });
  const ending = new AbortController();
  const own = settings({ placeholders: true });
  const [evicted, failures, events]: [string[], string[], EventDraft[]] = [[], [], []];
  let [looks, sums] = [0, 0];
  const duty: DutyOptions = {
    ...{ client, cluster, clock, random: Math.random },
    current: () =>
      Object.values(cluster.unready).every((unready) => unready() === undefined)
        ? { world: cluster.world, settings: own }
        : undefined,
    observe: {
      depth: () => undefined,
      ran: () => (looks += 1),
      failed: (key, error) => failures.push(`${key}: ${String(error)}`),
      recovered: () => undefined,
    },
  };
  const book = new FindingsBook();
  const limits = new Limits({
    ...{ client, random: Math.random, injected: cluster.injected, watch: () => silentWatch },
    clock: clock.monotonic,
  });
  const observeSums = { ...duty.observe, ran: () => (sums += 1) };
  const recorder = { record: (draft: EventDraft) => events.push(draft) };
  const common = { ...duty, recorder, book, engine: inject, isAdded, isReviewed: () => true };
  const bound = keepBound({ ...duty, client, watch: () => silentWatch }, ending.signal);
  cluster.start();
  const running = Promise.all([
    limits.run(ending.signal),
    bound.ended,
    findProblems(
      { ...common, observeSums, more: bound.pods, gather: 50, sumUp: 100 },
      ending.signal,
    ),
    evictPods(
      {
        ...common,
        limits,
        causes: new Set(causes),
        progressDeadline: 60_000,
        evicted: (pod, { cause }) => evicted.push(`${cause} ${pod}`),
      },
      ending.signal,
    ),
  ]);
  return {
    ...{ book, evicted, events, failures },
    looks: () => looks,
    sums: () => sums,
    stop: async () => {
      ending.abort();
      await running;
      await cluster.stop();
      client.close();
    },
  };
}

/** Milliseconds until a pod that ends is gone, and until one that is made is ready. */
const [ENDS, STARTS] = [100, 150];

/** Makes pods anew. */
export interface Owner {
  /** The fewest pods of the namespace that were ready at a time, since it began. */
  readonly fewest: number;
  /** The most that were on their way out or not ready. */
  readonly mostAway: number;
  stop(): void;
}

/**
 * Does what a ReplicaSet, the webhook, the scheduler, the kubelet and the controller of budgets do: what goes is replaced at
 * once by another pod, injected as the cluster is by then, which becomes ready.
 *
 * @param admits what the webhook makes of a pod.
 */
export function startOwner(
  api: ApiServer,
  makes: (name: string) => Pod,
  admits: (api: ApiServer, pod: Pod) => Pod = injected,
): Owner {
  const timers = new Set<NodeJS.Timeout>();
  const replaced = new Set<string>();
  let made = 0;
  let [fewest, mostAway] = [Infinity, 0];
  const later = (milliseconds: number, then: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      then();
    }, milliseconds);
    timers.add(timer);
  };
  const pods = (): readonly Pod[] => api.store.list(PODS, { namespace: 'shop' });
  const count = (): void => {
    const ready = pods().filter(serves).length;
    fewest = Math.min(fewest, ready);
    mostAway = Math.max(mostAway, pods().length - ready);
    for (const budget of budgetsIn(api)) {
      const { minAvailable = 0 } = budget['spec'] as { minAvailable?: number };
      const disruptionsAllowed = Math.max(0, ready - minAvailable);
      const before = budget['status'] as { disruptionsAllowed?: number } | undefined;
      if (before?.disruptionsAllowed === disruptionsAllowed) continue;
      const { resourceVersion: _, ...metadata } = budget.metadata ?? {};
      const status = { ...before, disruptionsAllowed };
      api.store.put({ ...budget, metadata, status });
    }
  };
  const replace = (pod: Pod): void => {
    made += 1;
    const name = `new-${made}`;
    later(ENDS, () => {
      api.store.drop(pod);
    });
    const fresh = admits(api, makes(name));
    api.store.put(fresh);
    later(STARTS, () => {
      api.store.put(ready(fresh));
    });
  };
  const forget = api.store.observe(({ after }) => {
    const pod = after as Pod | undefined;
    if (pod?.kind === 'Pod' && pod.metadata?.namespace === 'shop') {
      const uid = pod.metadata.uid ?? '';
      if (pod.metadata.deletionTimestamp !== undefined && !replaced.has(uid)) {
        replaced.add(uid);
        replace(pod);
      }
    }
    if (after?.kind !== 'PodDisruptionBudget') later(0, count);
  });
  return {
    get fewest() {
      return fewest;
    },
    get mostAway() {
      return mostAway;
    },
    stop: () => {
      forget();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const budgetsIn = ({ store }: ApiServer): readonly KubernetesObject[] =>
  store.list(DISRUPTION_BUDGETS);

interface Conditions {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

const serves = (pod: Pod): boolean =>
  pod.metadata?.deletionTimestamp === undefined &&
  ((pod as { status?: Conditions }).status?.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );

/** A pod as the webhook leaves it in this cluster as it is. */
export function injected({ store }: ApiServer, pod: Pod): Pod {
  const objects = [DAEMON_SETS, CONTROLLER_REVISIONS, NODES, NAMESPACES, PODS].flatMap((resource) =>
    store.list(resource),
  );
  const { nodeName, ...unbound } = pod.spec ?? {};
  const bare: Pod = { ...pod, spec: unbound };
  const world = worldOf(objects.filter((one) => one.kind !== 'Pod' || isPlaceholder(one)));
  const request = { pod: bare, namespace: pod.metadata?.namespace ?? '' };
  const { operations } = inject(request, world, settings({ placeholders: true }));
  const after = applyPatch<Pod>(bare, operations);
  return { ...after, spec: { ...after.spec, ...(nodeName !== undefined && { nodeName }) } };
}

/** A pod whose containers all run. */
export const ready = (pod: Pod): Pod => ({
  ...pod,
  status: {
    phase: 'Running',
    startTime: '2026-01-01T01:00:00Z',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T01:00:10Z' }],
    containerStatuses: (pod.spec?.containers ?? []).map(({ name }) => ({
      ...{ name, ready: true, started: true, restartCount: 0 },
      state: { running: { startedAt: '2026-01-01T01:00:05Z' } },
    })),
  },
});
