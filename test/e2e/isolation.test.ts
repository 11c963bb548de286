import { beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../src/core/model/types.js';
import { until } from '../cluster/until.js';
import { untilInjected } from './support/api.js';
import { apply, exec, getJson, kubectl, logs, waitFor } from './support/kubectl.js';
import { BUSYBOX, Theme } from './support/objects.js';

/** Two themes, because a missing image would hang the Jobs of the other. */
const crashing = new Theme('crashing');
const missing = new Theme('missing');

const crasher = { name: 'crasher', image: BUSYBOX, command: ['sh', '-c', 'echo dying; exit 1'] };
const absent = { name: 'absent', image: 'registry.invalid/absent:1' };

interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: { readonly waiting?: { readonly reason: string }; readonly running?: object };
}

interface Running extends Pod {
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

const get = (theme: Theme): Promise<Running> =>
  getJson<Running>('pod', '-n', theme.namespace, 'business');

/** Waits until a container of the pod has the trouble that it is meant to have. */
const untilTrouble = (theme: Theme, name: string, reasons: readonly string[]): Promise<Running> =>
  until(`the trouble of ${name}`, async () => {
    const pod = await get(theme);
    const found = pod.status.containerStatuses?.find((each) => each.name === name);
    return reasons.includes(found?.state.waiting?.reason ?? '') && pod;
  });

const business = ({ status }: Running): ContainerStatus | undefined =>
  status.containerStatuses?.find(({ name }) => name === 'app');
const ready = ({ status }: Running) => status.conditions.find(({ type }) => type === 'Ready');

const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'business', namespace: crashing.namespace },
  spec: {
    template: crashing.template(
      crashing.pod('job', {
        spec: {
          restartPolicy: 'Never',
          containers: [
            { name: 'app', image: BUSYBOX, command: ['sh', '-c', 'sleep 3; echo done'] },
          ],
        },
      }),
    ),
  },
};

beforeAll(async () => {
  await apply(crashing.ground(), missing.ground());
  await apply(crashing.daemonSet('crasher', [crasher]), missing.daemonSet('absent', [absent]));
  await untilInjected(crashing.pod('first'), 'crasher');
  await untilInjected(missing.pod('first'), 'absent');
  await apply(crashing.pod('business'), missing.pod('business'), job);
});

describe.concurrent('a DaemonSet in trouble', () => {
  it('a crashing container leaves the business container running', async () => {
    const pod = await untilTrouble(crashing, 'crasher', ['CrashLoopBackOff']);
    expect(business(pod)).toMatchObject({ ready: true, restartCount: 0 });
    expect(await exec(crashing.namespace, 'business', 'app', 'echo alive')).toBe('alive\n');
  });

  it('a missing image leaves the business container running', async () => {
    const pod = await untilTrouble(missing, 'absent', ['ErrImagePull', 'ImagePullBackOff']);
    expect(business(pod)).toMatchObject({ ready: true, restartCount: 0 });
    expect(await exec(missing.namespace, 'business', 'app', 'echo alive')).toBe('alive\n');
  });

  it('isolation: sidecar: the pod is not ready as long as an injected container is not', async () => {
    const pod = await untilTrouble(missing, 'absent', ['ErrImagePull', 'ImagePullBackOff']);
    expect(ready(pod)).toMatchObject({ status: 'False' });
    expect(ready(pod)?.message).toContain('absent');
  });

  it('a Job completes although an injected container crashes', async () => {
    await waitFor(crashing.namespace, 'condition=Complete', 'job/business');
    const pods = await getJson<{ items: Pod[] }>(
      'pods',
      '-n',
      crashing.namespace,
      '-l',
      'job-name=business',
    );
    // The first attempt, and no other.
    expect(pods.items).toHaveLength(1);
    const { name = '' } = pods.items[0]?.metadata ?? {};
    expect(await logs(crashing.namespace, name, 'app')).toBe('done\n');
  });

  it('events of the injected container appear on the pod', async () => {
    await until('an event about the container', async () => {
      const events = await kubectl(
        ['get', 'events', '-n', crashing.namespace, '-o', 'json'].concat([
          '--field-selector=involvedObject.kind=Pod,involvedObject.name=business',
        ]),
      );
      return events.includes('spec.containers{crasher}');
    });
  });
});
