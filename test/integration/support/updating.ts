import type { Clock } from '../../../src/cluster/clock.js';
import { PODS } from '../../../src/cluster/resources.js';
import { clusterWorld, type ClusterWorld } from '../../../src/cluster/world.js';
import { Limits } from '../../../src/controllers/limits.js';
import { updatePods, type UpdateKind } from '../../../src/controllers/update.js';
import type { QueueObserver } from '../../../src/controllers/queue.js';
import type { KubernetesObject, Pod } from '../../../src/core/model/types.js';
import type { ContainerStatus } from '../../../src/core/status/observed.js';
import type { ApiServer } from '../../support/api-server/api-server.js';
import { clientOf } from '../../support/api-server/client.js';
import { settings } from '../../support/builders.js';
import { running, waiting } from '../../support/lifecycle.js';
import { silentWatch } from './replica.js';

/** An updater as the leader runs it, with times of seconds where production has minutes. */
export interface Updating {
  /** "kind pod", in the order in which they were told. */
  readonly changes: readonly string[];
  stop(): Promise<void>;
}

const silent: QueueObserver = {
  depth: () => undefined,
  ran: () => undefined,
  failed: (key, error) => {
    throw new Error(key, { cause: error });
  },
  recovered: () => undefined,
};

/** @param deadline milliseconds in which a container that was changed has to become ready. */
export function startUpdating(api: ApiServer, clock: Clock, deadline: number): Updating {
  const client = clientOf(api);
  const cluster: ClusterWorld = clusterWorld({
    client,
    observe: () => silentWatch,
    random: Math.random,
  });
  const changes: string[] = [];
  const isKnown = (): boolean =>
    Object.values(cluster.unready).every((unready) => unready() === undefined);
  const ending = new AbortController();
  cluster.start();
  const limits = new Limits({
    ...{ client, random: Math.random, injected: cluster.injected },
    clock: clock.monotonic,
    watch: () => silentWatch,
  });
  const keeping = limits.run(ending.signal);
  const running = updatePods(
    {
      client,
      cluster,
      clock,
      current: () =>
        isKnown()
          ? { world: cluster.world, settings: settings({ placeholders: true }) }
          : undefined,
      random: Math.random,
      observe: silent,
      limits,
      progressDeadline: deadline,
      changed: (pod: string, _: string, kind: UpdateKind) => changes.push(`${kind} ${pod}`),
    },
    ending.signal,
  );
  return {
    changes,
    stop: async () => {
      ending.abort();
      await Promise.all([running, keeping]);
      await cluster.stop();
      client.close();
    },
  };
}

/** Milliseconds until a kubelet takes a change up, and until a container has started. */
const [TAKES_UP, STARTS] = [400, 100];

/** What became of the pods that a kubelet looked after. */
export interface Kubelet {
  /** "down pod" and "up pod", in their order. */
  readonly events: readonly string[];
  /** The most pods that had a container down at the same time. */
  readonly mostDown: number;
  /** Pods that had a container down, in the order in which they did first. */
  readonly disturbed: readonly string[];
  stop(): void;
}

/**
 * Restarts containers whose image is changed, as a kubelet does: they are down for some turns, and for ever where the image
 * cannot be pulled.
 */
export function startKubelet(api: ApiServer, missing: string): Kubelet {
  const images = new Map<string, string>();
  const restarts = new Map<string, number>();
  const down = new Set<string>();
  const events: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let mostDown = 0;
  const after = (milliseconds: number, then: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      then();
    }, milliseconds);
    timers.add(timer);
  };
  const stop = (name: string, image: string): void => {
    if (!down.has(name)) events.push(`down ${name}`);
    down.add(name);
    mostDown = Math.max(mostDown, down.size);
    const reason = image === missing ? 'ImagePullBackOff' : 'ContainerCreating';
    const restartCount = restarts.get(name) ?? 0;
    tell(api, name, waiting('agent', reason, { restartCount }));
  };
  const start = (name: string): void => {
    const restartCount = (restarts.get(name) ?? 0) + 1;
    restarts.set(name, restartCount);
    down.delete(name);
    events.push(`up ${name}`);
    tell(api, name, running('agent', { restartCount }));
  };
  const change = (name: string, image: string): void => {
    const isCurrent = (): boolean => images.get(name) === image;
    after(TAKES_UP, () => {
      if (!isCurrent()) return;
      stop(name, image);
      if (image === missing) return;
      after(STARTS, () => {
        if (isCurrent()) start(name);
      });
    });
  };
  const see = (pod: KubernetesObject | undefined): void => {
    const name = pod?.metadata?.name ?? '';
    if (pod?.kind !== 'Pod' || pod.metadata?.namespace !== 'shop') return;
    const image = agentIn(pod);
    const before = images.get(name);
    images.set(name, image);
    if (before !== undefined && before !== image) change(name, image);
  };
  for (const pod of api.store.list(PODS)) see(pod);
  const forget = api.store.observe(({ after: pod }) => {
    see(pod);
  });
  return {
    events,
    get mostDown() {
      return mostDown;
    },
    get disturbed() {
      return events.filter((one) => one.startsWith('down ')).map((one) => one.slice(5));
    },
    stop: () => {
      forget();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const agentIn = ({ spec }: Pod): string =>
  (spec?.containers ?? []).find(({ name }) => name === 'agent')?.image ?? '';

/** Writes the status of the agent, and what follows for the pod. */
function tell({ store }: ApiServer, name: string, agent: ContainerStatus): void {
  const pod = store.list(PODS).find(({ metadata }) => metadata?.name === name);
  if (!pod) return;
  const { resourceVersion: _, ...metadata } = pod.metadata ?? {};
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({
    type,
    status: agent.ready === true ? 'True' : 'False',
    lastTransitionTime: new Date().toISOString(),
  }));
  const status = { ...(pod['status'] as object), conditions };
  store.put({
    ...pod,
    metadata,
    status: { ...status, containerStatuses: [running('app'), agent] },
  });
}
