import { beforeAll, describe, expect, it } from 'vitest';
import { processOf } from '../../cluster/node.js';
import { until } from '../../cluster/until.js';
import { untilInjected } from '../support/api.js';
import { apply, kubectl } from '../support/kubectl.js';
import { inWords, NOT_INJECTED, underLoad } from '../support/load.js';
import { note } from '../support/note.js';
import { aShell, Theme } from '../support/objects.js';
import { NAMESPACE, replicas, RELEASE, untilRolledOut } from '../support/release.js';

const theme = new Theme('replicas');
const pod = theme.pod('load');

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(pod, 'agent');
});

const clean = { failed: 0, failedOpen: 0, errors: [] };

describe('replicas under a load of 50 creations a second and more', () => {
  it('a replica is killed: no call fails', async (context) => {
    const [first] = await replicas();
    const { name = '' } = first?.metadata ?? {};
    const load = await underLoad(pod, 'agent', async () => {
      await kubectl(['delete', 'pod', '-n', NAMESPACE, name]);
      await untilRolledOut();
    });
    note(context, inWords(load));
    expect(load).toMatchObject(clean);
    expect(load.perSecond).toBeGreaterThanOrEqual(50);
  });

  it('a rolling update: no call fails', async (context) => {
    const before = (await replicas()).map(({ metadata }) => metadata.uid);
    const load = await underLoad(pod, 'agent', async () => {
      await kubectl(['rollout', 'restart', '-n', NAMESPACE, `deployment/${RELEASE}`]);
      await untilRolledOut();
      await until('the end of the old replicas', async () =>
        (await replicas()).every(({ metadata }) => !before.includes(metadata.uid)),
      );
    });
    note(context, inWords(load));
    expect(load).toMatchObject(clean);
    expect(load.perSecond).toBeGreaterThanOrEqual(50);
  });

  it('a replica dies without a warning: pods are created all the same', async (context) => {
    const [first] = await replicas();
    const [status] = first?.status.containerStatuses ?? [];
    const container = status?.containerID?.replace('containerd://', '') ?? '';
    const load = await underLoad(pod, 'agent', async () => {
      process.kill(await processOf('worker', container), 'SIGKILL');
      await untilRestarted(first?.metadata.uid ?? '', status?.restartCount ?? 0);
    });
    note(context, `${inWords(load)}; the API server asks no second replica`);
    // The API server does not repeat a call that broke off, and asks for an endpoint until it hears that it is gone.
    expect(load.errors.filter((error) => error !== NOT_INJECTED)).toEqual([]);
    await untilInjected(pod, 'agent');
  });
});

const untilRestarted = (uid: string, restarts: number): Promise<unknown> =>
  until('the replica to be back', async () => {
    const replica = (await replicas()).find(({ metadata }) => metadata.uid === uid);
    const count = replica?.status.containerStatuses?.[0]?.restartCount ?? 0;
    const ready = replica?.status.conditions?.find(({ type }) => type === 'Ready');
    return count > restarts && ready?.status === 'True';
  });
