import { join } from 'node:path';
import { Cluster } from '../../cluster/cluster.js';
import { stateFolder } from '../../cluster/places.js';
import { run } from '../../cluster/shell.js';
import { until, type Patience } from '../../cluster/until.js';
import type { KubernetesObject } from '../../../src/core/model/types.js';

/** The cluster that `npm run e2e` brought up. */
export const cluster = new Cluster(stateFolder());

/** Runs kubectl as administrator. @returns stdout. @throws Error with what it said. */
export function kubectl(args: readonly string[], input?: string): Promise<string> {
  const common = ['--kubeconfig', cluster.kubeconfig, '--cache-dir', join(cluster.folder, 'cache')];
  return run(
    cluster.program('kubectl'),
    [...common, ...args],
    input === undefined ? {} : { input },
  );
}

/** What kubectl says when it fails. */
export const refusal = (args: readonly string[], input?: string): Promise<string> =>
  kubectl(args, input).then(
    () => {
      throw new Error(`kubectl ${args.join(' ')} was let through`);
    },
    (error: unknown) => (error as Error).message,
  );

export const listOf = (objects: readonly KubernetesObject[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });

/** Applies objects with `kubectl apply`. */
export async function apply(...objects: readonly KubernetesObject[]): Promise<void> {
  await kubectl(['apply', '-f', '-'], listOf(objects));
}

export async function getJson<T = KubernetesObject>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl(['get', '-o', 'json', ...args])) as T;
}

/** `kubectl logs -c`. */
export const logs = (namespace: string, pod: string, container: string): Promise<string> =>
  kubectl(['logs', '-n', namespace, pod, '-c', container]);

/** `kubectl exec -c`, of a line for the shell. */
export const exec = (
  namespace: string,
  pod: string,
  container: string,
  line: string,
): Promise<string> =>
  kubectl(['exec', '-n', namespace, pod, '-c', container, '--', 'sh', '-c', line]);

/** `kubectl wait`, for a minute and a half: a busy machine starts few containers a second. */
export async function waitFor(
  namespace: string,
  condition: string,
  ...what: string[]
): Promise<void> {
  await kubectl(['wait', '-n', namespace, '--timeout=90s', `--for=${condition}`, ...what]);
}

/** Waits until a container's log holds what is looked for. @returns the log. */
export const logHolds = (
  [namespace, pod, container]: readonly [string, string, string],
  words: string,
  patience?: Patience,
): Promise<string> =>
  until(
    `"${words}" in the log of ${container} in ${pod}`,
    async () => {
      const log = await logs(namespace, pod, container);
      return log.includes(words) && log;
    },
    patience,
  );
