import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/model/types.js';
import { until } from '../../cluster/until.js';
import { untilInjected } from '../support/api.js';
import { check } from '../support/check.js';
import { apply, getJson, kubectl, waitFor } from '../support/kubectl.js';
import { note } from '../support/note.js';
import { aShell, namesIn, Theme } from '../support/objects.js';
import { everyReplica, NAMESPACE, RELEASE, untilRolledOut } from '../support/release.js';

const theme = new Theme('away');
const { namespace } = theme;

const scale = (count: number): Promise<string> =>
  kubectl(['scale', '-n', NAMESPACE, `deployment/${RELEASE}`, `--replicas=${count}`]);

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(theme.pod('first'), 'agent');
});

afterAll(async () => {
  await scale(2);
  await untilRolledOut();
});

describe('the webhook is down', () => {
  it('webhook down: pods still start', async (context) => {
    await apply(theme.pod('before'));
    await scale(0);
    await until('the end of the replicas', async () => (await everyReplica()).length === 0);
    expect(await check()).toMatchObject({
      exit: 1,
      errors: ['no_replica_ready', 'service_without_endpoints', 'trial_not_injected'],
    });
    const began = performance.now();
    await apply(theme.pod('meanwhile'));
    note(context, `created in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await waitFor(namespace, 'condition=Ready', 'pod/meanwhile', 'pod/before');
    expect(namesIn(await getJson<Pod>('pod', '-n', namespace, 'meanwhile'))).toEqual(['app']);
  });

  it('webhook back: pods are injected again', async () => {
    await scale(2);
    await untilRolledOut();
    await untilInjected(theme.pod('after'), 'agent');
  });
});
