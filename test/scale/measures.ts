import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonSet, Pod } from '../../src/core/model/types.js';
import { quantile } from '../bench/figures.js';
import { until } from '../cluster/until.js';
import { call } from '../e2e/support/api.js';
import { kubectl } from '../e2e/support/kubectl.js';
import { sumOf, type Audit, type Writes } from './audit.js';
import { followPlaceholders } from './follow.js';
import { NAMESPACE } from './objects.js';

type Json = Readonly<Record<string, unknown>>;

export async function read<T>(path: string): Promise<T> {
  const { status, body } = await call('GET', path);
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.slice(0, 200)}`);
  return JSON.parse(body) as T;
}

export const podsPath = (query: string): string => `/api/v1/namespaces/${NAMESPACE}/pods?${query}`;

/** Waits until all nodes have the newest revision of a DaemonSet, as `kubectl rollout status` does. */
export const untilSettled = (name: string, nodes: number): Promise<unknown> =>
  until(
    `DaemonSet ${name} on ${nodes} nodes`,
    async () => {
      const path = `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets/${name}`;
      const { metadata, status } = await read<DaemonSet & { status?: Json }>(path);
      const { updatedNumberScheduled = 0, numberAvailable = 0 } = status ?? {};
      const isSeen = status?.['observedGeneration'] === metadata?.['generation'];
      if (!isSeen || updatedNumberScheduled !== nodes || numberAvailable !== nodes) {
        throw new Error(
          `${String(updatedNumberScheduled)} updated, ${String(numberAvailable)} available`,
        );
      }
      return true;
    },
    { timeout: 1_800_000 },
  );

export interface Rollout {
  /** From `set image` until `kubectl rollout status` would return. */
  readonly seconds: number;
  readonly pods: number;
  readonly writes: Writes;
  readonly writesPerPod: number;
  readonly businessRestarts: number;
}

/** Gives a DaemonSet another image, and waits until all have it. @throws Error where a pod has it not. */
export async function rollout(
  name: string,
  image: string,
  { nodes, audit }: { readonly nodes: number; readonly audit: Audit },
): Promise<Rollout> {
  audit.since();
  const began = performance.now();
  await kubectl(['set', 'image', '-n', NAMESPACE, `ds/${name}`, `${name}=${image}`]);
  await untilSettled(name, nodes);
  const seconds = (performance.now() - began) / 1000;
  // What is still to be written of it belongs to it.
  await sleep(5_000);
  const writes = audit.since();
  const { items } = await read<{ items: readonly Played[] }>(podsPath('labelSelector=played'));
  const behind = items.filter((pod) => imageOf(pod, name) !== image);
  if (behind.length > 0) throw new Error(`${behind.length} of ${items.length} pods lack ${image}`);
  const restarts = items.map(
    ({ status }) => status.containerStatuses.find((one) => one.name === 'app')?.restartCount ?? 0,
  );
  return {
    ...{ seconds, writes, pods: items.length },
    writesPerPod: sumOf(writes) / items.length,
    businessRestarts: restarts.reduce((sum, count) => sum + count, 0),
  };
}

interface Played extends Pod {
  readonly status: {
    readonly containerStatuses: readonly { readonly name: string; readonly restartCount: number }[];
  };
}

const imageOf = ({ spec }: Pod, name: string): string | undefined =>
  spec?.containers?.find((one) => one.name === name)?.image;

export interface Latency {
  readonly changes: number;
  /** Milliseconds from the answer to the change of a pod's status until a watch hears of it in its placeholder's. */
  readonly p50: number;
  readonly p99: number;
  readonly writes: Writes;
  readonly writesPerChange: number;
}

/** Milliseconds between two changes. */
const PAUSE = 100;

/** Makes an injected container fail in one pod of each node, one after the other, and waits for its placeholder. */
export async function latency(name: string, audit: Audit): Promise<Latency> {
  const { items } = await read<{ items: readonly Played[] }>(podsPath('labelSelector=played'));
  const ofNodes = new Map(items.map((pod) => [pod.spec?.nodeName ?? '', pod]));
  const follower = await followPlaceholders(name);
  audit.since();
  const changed = new Map<string, number>();
  for (const pod of ofNodes.values()) {
    await fail(pod, name);
    changed.set(pod.metadata?.name ?? '', performance.now());
    await sleep(PAUSE);
  }
  await until('the placeholders', () => [...changed.keys()].every((pod) => follower.toldAt(pod)));
  await sleep(5_000);
  const writes = audit.since();
  follower.stop();
  const times = [...changed].map(([pod, at]) => (follower.toldAt(pod) ?? Number.NaN) - at);
  return {
    changes: times.length,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    writes,
    writesPerChange: sumOf(writes) / times.length,
  };
}

/** As a kubelet says it of a container that ran and fails now; the list is written as a whole. */
async function fail(pod: Played, name: string): Promise<void> {
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off' };
  const lastState = { terminated: { exitCode: 1, reason: 'Error' } };
  const containerStatuses = pod.status.containerStatuses.map((one) =>
    one.name === name
      ? {
          ...{ ...one, ready: false, started: false, lastState, state: { waiting } },
          restartCount: one.restartCount + 1,
        }
      : one,
  );
  const patch = JSON.stringify({ status: { containerStatuses } });
  const which = ['-n', NAMESPACE, 'pod', pod.metadata?.name ?? '', '--subresource=status'];
  await kubectl(['patch', ...which, '--type=merge', '-p', patch]);
}
