import { beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/model/types.js';
import { tryPod, untilInjected } from '../support/api.js';
import { apply, getJson, logHolds, waitFor } from '../support/kubectl.js';
import { annotated, aShell, BUSYBOX, namesIn, Theme } from '../support/objects.js';

const theme = new Theme('oldest');
const { namespace } = theme;

const PORT = 7070;
/** Only a probe that runs a shell can be made a hook, which holds the containers that come after. */
const daemon = aShell('slow', `sleep 2; nc -ll -p ${PORT} -e true & touch /tmp/ready`, {
  readinessProbe: { exec: { command: ['sh', '-c', 'test -f /tmp/ready'] }, periodSeconds: 1 },
  ports: [{ containerPort: PORT }],
});
const LOOK = `if nc -w 1 127.0.0.1 ${PORT} </dev/null; then echo the daemon is there; else echo alone; fi`;

const finite = theme.pod('finite', {
  spec: {
    restartPolicy: 'Never',
    containers: [{ name: 'report', image: BUSYBOX, command: ['sh', '-c', 'echo done'] }],
  },
});
const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'finite', namespace },
  spec: { template: theme.template(finite) },
};

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('slow', [daemon]));
  await untilInjected(theme.pod('first'), 'slow');
});

describe('Kubernetes before native sidecars', () => {
  it('a Job is left alone, and completes', async () => {
    expect(namesIn(await tryPod(finite))).toEqual(['report']);
    await apply(job);
    await waitFor(namespace, 'condition=Complete', 'job/finite');
  });

  it('a pod runs with plain containers', async () => {
    await apply(theme.pod('plain'));
    await waitFor(namespace, 'condition=Ready', 'pod/plain');
    const { spec } = await getJson<Pod>('pod', '-n', namespace, 'plain');
    expect(spec?.containers?.map(({ name }) => name)).toEqual(['app', 'slow']);
  });

  it('start-after-ds: the business starts after the DaemonSet is ready', async () => {
    const containers = [aShell('app', LOOK)];
    await apply(theme.pod('after', annotated('start-after-ds', 'true'), { spec: { containers } }));
    await waitFor(namespace, 'condition=Ready', 'pod/after');
    const { spec } = await getJson<Pod>('pod', '-n', namespace, 'after');
    expect(spec?.containers?.map(({ name }) => name)).toEqual(['slow', 'app']);
    await logHolds([namespace, 'after', 'app'], 'the daemon is there');
  });
});
