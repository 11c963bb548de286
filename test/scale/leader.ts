import { usageOf, type Usage } from '../bench/load/usage.js';
import { processOf } from '../cluster/node.js';
import { until } from '../cluster/until.js';
import { getJson } from '../e2e/support/kubectl.js';
import { NAMESPACE, RELEASE, replicas } from '../e2e/support/release.js';

/** Finds the process of the replica that leads. @returns how to ask what it has used. */
export async function leaderUsage(): Promise<() => Usage> {
  const pid = await until('a leader', async () => {
    const lease = await getJson<{ spec?: { holderIdentity?: string } }>(
      ...['lease', '-n', NAMESPACE, RELEASE],
    );
    const holder = lease.spec?.holderIdentity?.split('_')[0];
    const leader = (await replicas()).find(({ metadata }) => metadata.name === holder);
    const id = leader?.status.containerStatuses?.[0]?.containerID?.replace(/^.*\/\//, '');
    return id !== undefined && processOf('worker', id);
  });
  return () => usageOf(pid) ?? { cpu: Number.NaN, rss: Number.NaN };
}
