import { DISRUPTION_BUDGETS } from '../../../src/cluster/resources.js';
import type { KubernetesObject, Pod } from '../../../src/core/model/types.js';
import type { Target } from './kinds.js';
import { conflict, Refusal } from './refusal.js';
import type { ObjectStore } from './store.js';

type Named = Target & { readonly name: string };

interface PodState {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

interface Budget extends KubernetesObject {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } | null;
  };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly observedGeneration?: number;
  };
}

/**
 * Evicts a pod as the API server does: a budget that allows none keeps it, and one that allows some allows one less at
 * once. The pod is then on its way out; it is gone when its kubelet says so.
 *
 * @returns the Status that is answered.
 */
export function evict(store: ObjectStore, place: Named, eviction: KubernetesObject): object {
  const of = { ...place, subresource: undefined };
  const pod = store.get(of);
  const { deleteOptions } = eviction as {
    readonly deleteOptions?: { readonly preconditions?: { readonly uid?: string } };
  };
  const uid = deleteOptions?.preconditions?.uid;
  if (uid !== undefined && uid !== pod.metadata?.uid) throw conflict(`pods "${place.name}"`);
  if (!isFree(pod)) heed(store, place, pod);
  const { resourceVersion: _, ...metadata } = pod.metadata ?? {};
  store.put({
    ...pod,
    metadata: {
      ...metadata,
      deletionTimestamp: metadata.deletionTimestamp ?? '2026-01-01T03:00:00Z',
    },
  });
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

const stateOf = (pod: KubernetesObject): PodState => pod['status'] ?? {};

/** What has ended, has not begun, or goes already, no budget counts. */
const isFree = (pod: Pod): boolean =>
  ['Succeeded', 'Failed', 'Pending'].includes(stateOf(pod).phase ?? '') ||
  pod.metadata?.deletionTimestamp !== undefined;

function heed(store: ObjectStore, { namespace }: Named, pod: Pod): void {
  const selection = namespace === undefined ? {} : { namespace };
  const budgets: readonly Budget[] = store.list(DISRUPTION_BUDGETS, selection);
  const [budget, another] = budgets.filter((one) => holds(one, pod));
  if (another) {
    throw new Refusal(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  if (budget && !isNotMissed(budget, pod)) count(store, budget);
}

/** A pod that serves nobody goes where enough others do. */
function isNotMissed({ status = {} }: Budget, pod: Pod): boolean {
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  const isReady = stateOf(pod).conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
  return isReady !== true && desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function count(store: ObjectStore, budget: Budget): void {
  const { disruptionsAllowed = 0 } = budget.status ?? {};
  if (disruptionsAllowed <= 0) {
    const what = "Cannot evict pod as it would violate the pod's disruption budget.";
    throw new Refusal(429, 'TooManyRequests', what);
  }
  const { resourceVersion: _, ...metadata } = budget.metadata ?? {};
  const status = { ...budget.status, disruptionsAllowed: disruptionsAllowed - 1 };
  store.put({ ...budget, metadata, status });
}

/** An empty selector means all, none means none. */
function holds({ spec }: Budget, { metadata }: Pod): boolean {
  if (!spec?.selector) return false;
  const labels = metadata?.labels ?? {};
  return Object.entries(spec.selector.matchLabels ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
}
