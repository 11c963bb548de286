import type { Clock } from '../../../src/cluster/clock.js';
import { PODS } from '../../../src/cluster/resources.js';
import { clusterWorld } from '../../../src/cluster/world.js';
import { keepBound } from '../../../src/controllers/bound.js';
import type { DutyOptions } from '../../../src/controllers/duty.js';
import { injectLate, type LateOptions } from '../../../src/controllers/late.js';
import type { Container, KubernetesObject, Pod } from '../../../src/core/model/types.js';
import {
  identityOf,
  statusOf,
  type ContainerState,
  type ContainerStatus,
} from '../../../src/core/status/observed.js';
import { problemOf } from '../../../src/cluster/problems.js';
import type { ApiServer } from '../../support/api-server/api-server.js';
import { clientOf } from '../../support/api-server/client.js';
import { settings } from '../../support/builders.js';
import { silentWatch } from './replica.js';

/** A leader that does nothing but inject late. */
export interface Late {
  /** What it told, in order: "why container pod", "refused pod reason", "rejected pod", and problems. */
  readonly told: readonly string[];
  /** How often it has looked at a pod. */
  looks(): number;
  stop(): Promise<void>;
}

export function startLate(
  api: ApiServer,
  clock: Clock,
  more: Partial<Pick<LateOptions, 'existing' | 'restarts' | 'isReviewed'>> = {},
): Late {
  const client = clientOf(api);
  const cluster = clusterWorld({
    client,
    random: Math.random,
    observe: () => silentWatch,
    times: { firstBackoff: 20 },
  });
  const known = { world: cluster.world, settings: settings({ placeholders: true }) };
  const told: string[] = [];
  let looks = 0;
  const options: DutyOptions = {
    ...{ client, cluster, clock },
    random: Math.random,
    current: () =>
      Object.values(cluster.unready).every((why) => why() === undefined) ? known : undefined,
    observe: {
      depth: () => undefined,
      ran: () => (looks += 1),
      failed: (key, error) => told.push(`${key}: ${problemOf(error)}`),
      recovered: () => told.push('recovered'),
    },
  };
  const ending = new AbortController();
  cluster.start();
  const bound = keepBound({ ...options, client, watch: () => silentWatch }, ending.signal);
  const running = injectLate(
    {
      ...{ ...options, bound, existing: true, restarts: 3, isReviewed: () => true, ...more },
      added: (pod, containers) => {
        for (const { why, name } of containers) told.push(`${why} ${name} ${pod}`);
      },
      refused: (pod, { reason }) => told.push(`refused ${identityOf(pod).key} ${reason}`),
      rejected: (pod) => told.push(`rejected ${pod}`),
    },
    ending.signal,
  );
  return {
    told,
    looks: () => looks,
    stop: async () => {
      ending.abort();
      await Promise.all([running, bound.ended]);
      await cluster.stop();
      client.close();
    },
  };
}

/** What becomes of the ephemeral containers of a pod. */
export type Fate = (container: Container, pod: Pod) => ContainerState;

/**
 * Starts ephemeral containers, as a kubelet does: each once, and never again.
 *
 * @returns what ends it.
 */
export function startEphemeral({ store }: ApiServer, fate: () => Fate): () => void {
  const see = (pod: Pod | undefined): void => {
    const known = new Set((statusOf(pod ?? {}).ephemeralContainerStatuses ?? []).map(named));
    const fresh = (pod?.spec?.ephemeralContainers ?? []).filter(({ name }) => !known.has(name));
    if (pod?.kind !== 'Pod' || fresh.length === 0) return;
    const statuses = fresh.map((container) => statusFor(container, fate()(container, pod)));
    setImmediate(() => {
      tell(store, pod, statuses);
    });
  };
  for (const pod of store.list(PODS)) see(pod);
  return store.observe(({ after }) => {
    see(after);
  });
}

const named = ({ name }: { readonly name: string }): string => name;

const statusFor = ({ name, image = '' }: Container, state: ContainerState): ContainerStatus => ({
  ...{ name, image, state },
  ...{ ready: false, restartCount: 0 },
});

/** Writes statuses over what the pod is by now. */
function tell(
  store: ApiServer['store'],
  pod: KubernetesObject,
  statuses: readonly ContainerStatus[],
): void {
  const { namespace, name = '' } = pod.metadata ?? {};
  const now = store.list(PODS, { namespace }).find((one) => one.metadata?.name === name);
  if (now === undefined) return;
  const others = (statusOf(now).ephemeralContainerStatuses ?? []).filter(
    (one) => !statuses.some((status) => status.name === one.name),
  );
  const { resourceVersion: _, ...metadata } = now.metadata ?? {};
  store.put({
    ...now,
    metadata,
    status: { ...statusOf(now), ephemeralContainerStatuses: [...others, ...statuses] },
  });
}
