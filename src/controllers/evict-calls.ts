import { ApiError } from '../cluster/api.js';
import { isStatus } from '../cluster/lease-calls.js';
import { pathOf, PODS } from '../cluster/resources.js';
import type { Facts } from '../core/facts/facts.js';
import { remediesFor, type Remedy } from '../core/findings/anew.js';
import { isCounted, judgePod } from '../core/findings/judge-pod.js';
import { controllerOf, endsByItself, isMirrorPod, specOf } from '../core/model/pod.js';
import type { Pod } from '../core/model/types.js';
import { observed, type Identity, type ObservedPod } from '../core/status/observed.js';
import type { DutyOptions } from './duty.js';
import type { EvictOptions } from './evict.js';
import { sceneIn } from './scene.js';

/** A pod that another one in its place would put right. */
export interface Examined {
  readonly pod: Pod;
  readonly seen: ObservedPod;
  /** Never empty. */
  readonly remedies: readonly Remedy[];
}

/**
 * Reads a pod, and finds out what another one in its place would put right.
 *
 * @param lagging the DaemonSets of which the pod can get the wanted revision in no other way.
 * @returns `never` where the pod is to stay as long as all is as it is; `later` where it is gone, or nobody can say yet.
 */
export async function examine(
  { key, uid, lagging }: Pick<Identity, 'key' | 'uid'> & { readonly lagging: readonly string[] },
  options: EvictOptions,
  { facts, signal }: { readonly facts: Facts; readonly signal: AbortSignal },
): Promise<Examined | 'never' | 'later'> {
  const pod = await read(key, options, signal);
  if (pod === undefined) return 'later';
  const seen = observed(pod);
  if (seen.uid !== uid || !isCounted(pod)) return 'later';
  if (!comesAnew(pod, seen)) return 'never';
  const isReviewed = options.isReviewed(seen.namespace);
  const scene = sceneIn(options, facts);
  const wanted = remediesFor(pod, judgePod(pod, scene), scene).filter(
    ({ cause, daemonSet }) =>
      options.causes.has(cause) && (cause !== 'outdated' || lagging.includes(daemonSet)),
  );
  if (wanted.length === 0) return 'never';
  // Without the webhook a pod comes back without anything, which helps an orphan alone.
  const remedies = wanted.filter(({ cause }) => isReviewed || cause === 'orphaned');
  return remedies.length > 0 ? { pod, seen, remedies } : 'later';
}

/**
 * Who makes another pod at once in place of one that is evicted. Of others nobody knows that here: a Job may fail by it, and
 * what people make themselves may take it for anything.
 */
const MAKERS: ReadonlySet<string> = new Set([
  'apps/v1 ReplicaSet',
  'apps/v1 StatefulSet',
  'v1 ReplicationController',
]);

/** Whether something makes another pod in place of one that is evicted. */
function comesAnew(pod: Pod, { namespace }: ObservedPod): boolean {
  const { apiVersion = '', kind = '' } = controllerOf(pod) ?? {};
  return (
    MAKERS.has(`${apiVersion} ${kind}`) &&
    !endsByItself(specOf(pod)) &&
    !isMirrorPod(pod) &&
    // The policy that binds the injector does not see what is evicted, and so lets nobody go there.
    namespace !== 'kube-system'
  );
}

async function read(
  key: string,
  { client }: DutyOptions,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  const [namespace = '', name = ''] = key.split('/');
  try {
    return await client.request({ method: 'GET', path: pathOf(PODS, { namespace, name }), signal });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** What the API server said to an eviction. */
export interface Answer {
  /** It happens, the pod is gone already, or not now. */
  readonly kind: 'evicted' | 'gone' | 'refused';
  /** Milliseconds after which the API server asks to be asked again, if it said so. */
  readonly retryAfter?: number | undefined;
}

/** Evicts this very pod, and none that bears its name since. */
export async function evictPod(
  { client }: Pick<DutyOptions, 'client'>,
  { namespace, name, uid }: Identity,
  signal: AbortSignal,
): Promise<Answer> {
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid } },
  };
  const path = `${pathOf(PODS, { namespace, name })}/eviction`;
  try {
    await client.request({ method: 'POST', path, body, signal });
    return { kind: 'evicted' };
  } catch (error) {
    if (isStatus(error, 404, 409)) return { kind: 'gone' };
    if (!(error instanceof ApiError) || error.status !== 429) throw error;
    return { kind: 'refused', retryAfter: error.retryAfter };
  }
}
