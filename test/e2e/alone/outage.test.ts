import { beforeAll, describe, expect, it } from 'vitest';
import { startApiServer } from '../../cluster/control-plane.js';
import { postReview } from '../../integration/support/client.js';
import { aReview } from '../../support/review.js';
import { untilInjected } from '../support/api.js';
import { apply, cluster } from '../support/kubectl.js';
import { aShell, Theme } from '../support/objects.js';
import { replicas, untilRolledOut, type Replica } from '../support/release.js';

const theme = new Theme('outage');

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(theme.pod('first'), 'agent');
});

/** Asks a replica itself, as the API server does. @returns whether it answers with a patch. */
async function injects({ status }: Replica): Promise<boolean> {
  const review = aReview({ namespace: theme.namespace, object: theme.pod('meanwhile') });
  const address = { host: status.podIP, port: 8443 };
  const { body } = await postReview(address, review, { rejectUnauthorized: false });
  return body.includes('"patch"');
}

const restarts = (pods: readonly Replica[]): readonly unknown[] =>
  pods.map(({ status }) => status.containerStatuses?.map(({ restartCount }) => restartCount));

describe('an outage of the API server', () => {
  it('API server away: the replicas go on answering, and follow the cluster once it is back', async () => {
    const before = await replicas();
    await cluster.daemons.kill('kube-apiserver');
    try {
      expect(await Promise.all(before.map(injects))).toEqual([true, true]);
    } finally {
      await startApiServer(cluster);
    }
    await untilRolledOut();
    await apply(theme.daemonSet('later', [aShell('later')]));
    await untilInjected(theme.pod('second'), 'agent', 'later');
    expect(restarts(await replicas())).toEqual(restarts(before));
  });
});
