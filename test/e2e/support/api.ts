import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { accessTo } from '../../cluster/api.js';
import { until } from '../../cluster/until.js';
import type { Pod } from '../../../src/core/model/types.js';
import { cluster } from './kubectl.js';
import { namesIn } from './objects.js';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Keeps its connections: with one for each call, a load would measure handshakes. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One call of the API server as administrator, without kubectl, whose start costs more than the call. */
export async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const { server, ca, token } = accessTo(cluster);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent = request(new URL(path, server), { method, ca, headers, agent, timeout: 30_000 });
  sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}

/** Creates a pod as a dry run: admission with all its webhooks runs, and nothing is kept. */
export async function tryPod(pod: Pod): Promise<Pod> {
  const namespace = pod.metadata?.namespace ?? 'default';
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const { status, body } = await call('POST', path, pod);
  if (status !== 201) throw new Error(`creating a pod in ${namespace}: ${status} ${body}`);
  return JSON.parse(body) as Pod;
}

/** So many in a row are unlikely to have been answered by one of two replicas alone (1 in 512). */
const IN_A_ROW = 10;

/** Waits until all replicas have seen the DaemonSets whose containers this pod is to get. */
export async function untilInjected(pod: Pod, ...containers: readonly string[]): Promise<void> {
  await until(`the injection of ${containers.join(', ')}`, async () => {
    for (let n = 0; n < IN_A_ROW; n += 1) {
      const names = namesIn(await tryPod(pod));
      if (!containers.every((name) => names.includes(name))) {
        throw new Error(`there is only ${names.join(', ')}`);
      }
    }
    return true;
  });
}

/** The sum of a counter of the API server over the labels that are not named. */
export async function counter(
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const { body } = await call('GET', '/metrics');
  return body
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .filter((line) =>
      Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)),
    )
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
