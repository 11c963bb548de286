import type { ApiClient } from '../cluster/api.js';
import type { Clock } from '../cluster/clock.js';
import { isStatus } from '../cluster/lease-calls.js';
import { pathOf, PODS } from '../cluster/resources.js';
import type { ClusterWorld } from '../cluster/world.js';
import { factsOf, type Facts } from '../core/facts/facts.js';
import type { Pod } from '../core/model/types.js';
import type { Settings } from '../core/settings.js';
import type { Identity } from '../core/status/observed.js';
import type { World } from '../core/world/world.js';
import { KeyedQueue, type QueueObserver } from './queue.js';

/** What the controllers of DaemonSets' lives have in common. */
export interface DutyOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly cluster: Pick<ClusterWorld, 'world' | 'injected' | 'placeholders' | 'nodes' | 'listen'>;
  /** What is known of the cluster; undefined as long as that is not all. */
  readonly current: () => { readonly world: World; readonly settings: Settings } | undefined;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly observe: QueueObserver;
}

/** One thing that the leader keeps in order, key by key. */
export interface Duty {
  /** See `QueueOptions`; it is not called before the cluster is known. */
  readonly work: (key: string, facts: Facts, signal: AbortSignal) => Promise<number | undefined>;
  /** Adds the keys that there are, and then those whose work may have changed. @returns what ends that. */
  readonly listen: (queue: Pick<KeyedQueue, 'add'>) => () => void;
}

/** How many keys of a duty are worked on at a time: each is at most a call or two. */
const WORKERS = 4;
/** Milliseconds between two looks at whether the cluster is known. */
const LOOK = 250;

/** Does a duty until the signal is aborted. Never rejects. */
export async function perform(
  duty: Duty,
  options: DutyOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, current } = options;
  const queue = new KeyedQueue({
    ...options,
    clock: clock.monotonic,
    workers: WORKERS,
    work: (key) => {
      const seen = current();
      if (!seen) return Promise.resolve(LOOK);
      return duty.work(key, factsOf(seen.world, seen.settings), signal);
    },
  });
  const unlisten = duty.listen(queue);
  await queue.run(signal);
  unlisten();
}

/** Who writes, in managedFields. */
export const FIELD_MANAGER = 'ds-injector';

/** A change of a pod. */
export interface PodPatch {
  readonly pod: Pick<Identity, 'namespace' | 'name'>;
  readonly subresource?: 'status' | 'ephemeralcontainers';
  readonly patch: object;
  /** How it is merged; `merge` if it is not given. */
  readonly type?: 'merge' | 'strategic-merge';
  readonly signal: AbortSignal;
}

/**
 * Patches a pod.
 *
 * @returns whether it is still there.
 * @throws ApiError, with status 409 where it was changed since it was seen.
 */
export const patchPod = async (client: DutyOptions['client'], patch: PodPatch): Promise<boolean> =>
  (await patchedPod(client, patch)) !== undefined;

/** As `patchPod`. @returns the pod as it is then; undefined where it is gone. */
export async function patchedPod(
  client: DutyOptions['client'],
  { pod, subresource, patch, type = 'merge', signal }: PodPatch,
): Promise<Pod | undefined> {
  const path = pathOf(PODS, { namespace: pod.namespace, name: pod.name });
  try {
    return await client.request({
      method: 'PATCH',
      path: subresource ? `${path}/${subresource}` : path,
      query: { fieldManager: FIELD_MANAGER },
      body: patch,
      contentType: `application/${type}-patch+json`,
      signal,
    });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/**
 * Deletes this very pod, and none that bears its name since.
 *
 * @returns whether it was there.
 */
export async function deletePod(
  client: DutyOptions['client'],
  { namespace, name, uid }: Identity,
  signal: AbortSignal,
): Promise<boolean> {
  const path = pathOf(PODS, { namespace, name });
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
  return unlessGone(client.request({ method: 'DELETE', path, body, signal }), 409);
}

async function unlessGone(call: Promise<unknown>, ...others: readonly number[]): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isStatus(error, 404, ...others)) return false;
    throw error;
  }
}
