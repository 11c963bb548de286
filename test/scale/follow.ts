import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Pod } from '../../src/core/model/types.js';
import { SUMMARY_ANNOTATION } from '../../src/core/model/annotations.js';
import { decodeSummary } from '../../src/core/status/summary.js';
import { linesOf } from '../../src/cluster/lines.js';
import { accessTo } from '../cluster/api.js';
import { cluster } from '../e2e/support/kubectl.js';
import { NAMESPACE } from './objects.js';

/** Hears when placeholders come to tell of a pod. */
export interface Follower {
  /** When a placeholder first told of trouble in the pod, by `performance.now()`. */
  toldAt(pod: string): number | undefined;
  stop(): void;
}

/** Watches the placeholders of a DaemonSet. */
export async function followPlaceholders(daemonSet: string): Promise<Follower> {
  const told = new Map<string, number>();
  const { server, ca, token } = accessTo(cluster);
  const path = `/api/v1/namespaces/${NAMESPACE}/pods?watch=1&labelSelector=daemon%3D${daemonSet}`;
  const call = request(new URL(path, server), {
    ca,
    headers: { authorization: `Bearer ${token}` },
    agent: false,
  });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const follow = async (): Promise<void> => {
    for await (const line of linesOf(response, 2 ** 24)) {
      const { object } = JSON.parse(line) as { object: Pod };
      const summary = object.metadata?.annotations?.[SUMMARY_ANNOTATION] ?? '';
      const name = decodeSummary(summary)?.trouble?.pod.split('/')[1];
      if (name !== undefined && !told.has(name)) told.set(name, performance.now());
    }
  };
  // Ends when the call is cut.
  follow().catch(() => undefined);
  return {
    toldAt: (pod) => told.get(pod),
    stop: () => {
      call.destroy();
    },
  };
}
