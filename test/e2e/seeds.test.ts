import { beforeAll, describe, expect, it } from 'vitest';
import type { DaemonSet, Pod } from '../../src/core/model/types.js';
import { until } from '../cluster/until.js';
import { PREFIX, superNodeToleration } from '../support/builders.js';
import { untilInjected } from './support/api.js';
import { apply, exec, getJson, kubectl, logHolds, logs, waitFor } from './support/kubectl.js';
import { note } from './support/note.js';
import { aShell, BUSYBOX, namesIn, Theme } from './support/objects.js';
import { untilProven } from './support/proven.js';
import { seedDaemonSets, seedWorkloads } from './support/seeds.js';

const theme = new Theme('seeds');
const { namespace } = theme;

/** What the DaemonSets of seeds 000, 002 and 003 bring; seed 004's has the port of the web servers. */
const DAEMONS = ['redis', 'fluentd-elasticsearch', 'logd', 'logcd'];

/** Seed 004's DaemonSet, with seed 001's mark and toleration. */
const helloDaemonSet: DaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'hello-daemonset', namespace },
  spec: {
    selector: { matchLabels: { name: 'hello-daemonset' } },
    template: {
      metadata: {
        labels: { name: 'hello-daemonset' },
        annotations: {
          [`${PREFIX}ds-injection`]: 'true',
          [`${PREFIX}ds-inject-by-label`]: 'e2e-theme:seeds',
        },
      },
      spec: {
        nodeSelector: { role: 'worker' },
        tolerations: [superNodeToleration],
        containers: [
          aShell('registry', 'httpd -p 80 -h /etc', {
            ports: [{ containerPort: 80, protocol: 'TCP' }],
          }),
        ],
      },
    },
  },
};

/** Seed 002's volumes for its StatefulSet. */
const volumes = [1, 2].map((n) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `pv-${n}`, labels: { type: 'local' } },
  spec: {
    capacity: { storage: '10Gi' },
    accessModes: ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany'],
    persistentVolumeReclaimPolicy: 'Delete',
    storageClassName: 'my-storage-class',
    hostPath: { path: `/run/ds-injector-cluster/data/0${n}`, type: 'DirectoryOrCreate' },
  },
}));

interface Pods {
  readonly items: readonly (Pod & { readonly metadata: { readonly name: string } })[];
}

const podsWith = async (selector: string): Promise<Pods['items']> =>
  (await getJson<Pods>('pods', '-n', namespace, '-l', selector)).items;

const firstWith = async (selector: string): Promise<string> => {
  const [first] = await podsWith(selector);
  return first?.metadata.name ?? '';
};

/** A ReplicaSet and a CronJob, of which seed 002 speaks without a whole example. */
const replicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'my-nginx-rs', namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'my-nginx-rs' } },
    template: theme.template(theme.pod('rs', { metadata: { labels: { app: 'my-nginx-rs' } } })),
  },
};
const job = theme.template(
  theme.pod('job', {
    spec: {
      restartPolicy: 'OnFailure',
      containers: [{ name: 'report', image: BUSYBOX, command: ['sh', '-c', 'echo 42'] }],
    },
  }),
);
const cronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly', namespace },
  spec: { schedule: '* * * * *', jobTemplate: { spec: { template: job } } },
};

beforeAll(async () => {
  await kubectl(['label', 'node', 'super', 'role=worker', 'env=prod', '--overwrite']);
  await apply(theme.ground(), ...volumes);
  await apply(...seedDaemonSets(theme), helloDaemonSet);
  await untilInjected(theme.pod('first'), ...DAEMONS, 'registry');
  const workloads = ['seed-002.yaml', 'seed-003.yaml'].flatMap((file) =>
    seedWorkloads(theme, file),
  );
  await apply(theme.pod('single'));
  await untilProven(namespace);
  await apply(replicaSet, cronJob, ...workloads);
});

describe.concurrent('the workloads of the seeds', () => {
  it('a Pod runs with all containers of the DaemonSets', async () => {
    await waitFor(namespace, 'condition=Ready', 'pod/single');
    const pod = await getJson<Pod>('pod', '-n', namespace, 'single');
    expect(namesIn(pod)).toEqual(expect.arrayContaining(['app', ...DAEMONS, 'registry']));
  });

  it('a Deployment rolls out with the containers of the DaemonSets', async () => {
    await kubectl(['rollout', 'status', '-n', namespace, 'deployment/my-nginx', '--timeout=90s']);
    for (const pod of await podsWith('run=my-nginx')) {
      expect(namesIn(pod)).toEqual(expect.arrayContaining(DAEMONS));
      // Port 80 is the business's own.
      expect(namesIn(pod)).not.toContain('registry');
    }
  });

  it('a ReplicaSet runs with the containers of the DaemonSets', async () => {
    await waitFor(namespace, 'jsonpath={.status.readyReplicas}=2', 'replicaset/my-nginx-rs');
    for (const pod of await podsWith('app=my-nginx-rs')) {
      expect(namesIn(pod)).toEqual(expect.arrayContaining(DAEMONS));
    }
  });

  it('a StatefulSet with volume claims runs with the containers of the DaemonSets', async () => {
    await waitFor(namespace, 'jsonpath={.status.readyReplicas}=2', 'statefulset/web');
    const page = await exec(namespace, 'web-0', 'nginx', 'cat /usr/share/nginx/html/index.html');
    expect(page).toBe('welcome\n');
    for (const pod of await podsWith('app=nginx')) {
      expect(namesIn(pod)).toEqual(expect.arrayContaining(DAEMONS));
    }
  });

  it('a Job completes, and its pod had the containers of the DaemonSets', async () => {
    await waitFor(namespace, 'condition=Complete', 'job/pi');
    const name = await firstWith('job-name=pi');
    expect(await logs(namespace, name, 'pi')).toMatch(/^3\.14159/);
    const pod = await getJson<Pod>('pod', '-n', namespace, name);
    expect(namesIn(pod)).toEqual(expect.arrayContaining(DAEMONS));
  });

  it('a CronJob makes Jobs that complete, with the containers of the DaemonSets', async () => {
    const name = await until(
      'the Job of the CronJob',
      async () => {
        const made = await kubectl(['get', 'jobs', '-n', namespace, '-o', 'name']);
        return made.split('\n').find((line) => line.includes('nightly'));
      },
      { timeout: 90_000 },
    );
    await waitFor(namespace, 'condition=Complete', name);
    const [pod] = await podsWith(`job-name=${name.replace(/.*\//, '')}`);
    expect(namesIn(pod ?? {})).toEqual(expect.arrayContaining(DAEMONS));
  });
});

describe.concurrent('the containers of the seeds', () => {
  it('kubectl logs -c reads each injected container', async () => {
    await waitFor(namespace, 'condition=Ready', 'pod/single');
    const log = await logHolds([namespace, 'single', 'fluentd-elasticsearch'], '/var/log');
    expect(log).toContain('/var/lib/docker/containers');
    for (const name of DAEMONS) expect(await logs(namespace, 'single', name)).toBeDefined();
  });

  it('kubectl exec -c enters each injected container', async () => {
    await waitFor(namespace, 'condition=Ready', 'pod/single');
    for (const name of DAEMONS) {
      expect(await exec(namespace, 'single', name, 'hostname')).toBe('single\n');
    }
  });

  it("env-host-ip: seed 003's client reaches logd at $HOST_IP", async (context) => {
    await kubectl(['rollout', 'status', '-n', namespace, 'deployment/client', '--timeout=90s']);
    const name = await firstWith('name=client');
    const greeting = await until('a greeting in the log of logd', async () => {
      const lines = await exec(namespace, name, 'logd', 'cat /var/node_log');
      return lines.includes(`Greetings from ${name}`) && lines;
    });
    note(context, greeting.trim().split('\n')[0] ?? '');
  });

  it("seed 003's logcd packs the file that client2 writes", async () => {
    await kubectl(['rollout', 'status', '-n', namespace, 'deployment/client2', '--timeout=90s']);
    const name = await firstWith('app=client2');
    // The daemon looks once a minute; this is one of its looks, by its own line and in its own container.
    const pack = 'tar czf /tmp/all.tar.gz /var/log/*.log && tar tzf /tmp/all.tar.gz';
    await until('the file of the client', async () => {
      const packed = await exec(namespace, name, 'logcd', pack);
      return packed.includes(`var/log/${name}.log`);
    });
    expect(await exec(namespace, name, 'logcd', `cat /var/log/${name}.log`)).toContain('Greetings');
  });
});
