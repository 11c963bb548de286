import type { Server } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container, KubernetesObject, Pod } from '../../src/core/model/types.js';
import { until } from '../cluster/until.js';
import { untilInjected } from './support/api.js';
import { apply, getJson, kubectl, waitFor } from './support/kubectl.js';
import { metricsService, startMetricsApi } from './support/metrics-api.js';
import { note } from './support/note.js';
import { aShell, namesIn, Theme } from './support/objects.js';

const theme = new Theme('resources');
const QUOTA = 'e2e-resources-quota';
const LIMITS = 'e2e-resources-limits';

/** What the business asks for; the DaemonSet asks for ten times as much. */
const asked = { requests: { cpu: '20m', memory: '16Mi' }, limits: { cpu: '500m', memory: '64Mi' } };
const small = { cpu: '50m', memory: '32Mi' };
const greedy = { requests: { cpu: '200m', memory: '160Mi' }, limits: { memory: '256Mi' } };
const business: Container[] = [aShell('app', '', { resources: asked })];

let metrics: Server;

const quota: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'tight', namespace: QUOTA },
  spec: {
    hard: {
      'requests.cpu': '50m',
      'requests.memory': '40Mi',
      'limits.cpu': '2',
      'limits.memory': '2Gi',
      pods: '5',
    },
  },
};
const limitRange: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'defaults', namespace: LIMITS },
  spec: {
    limits: [
      {
        type: 'Container',
        default: { cpu: '300m', memory: '128Mi' },
        defaultRequest: { cpu: '150m', memory: '64Mi' },
      },
    ],
  },
};

const inside = (namespace: string) => ({ metadata: { namespace } });

const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'scaled', namespace: theme.namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'scaled' } },
    template: theme.template(
      theme.pod('scaled', {
        metadata: { labels: { app: 'scaled' } },
        spec: { containers: business },
      }),
    ),
  },
};
const autoscaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'scaled', namespace: theme.namespace },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
    minReplicas: 1,
    maxReplicas: 2,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
    ],
  },
};

beforeAll(async () => {
  metrics = await startMetricsApi({ app: '16m' });
  await apply(
    theme.ground(),
    ...[QUOTA, LIMITS].map((name) => theme.ground({ metadata: { name } })),
  );
  await apply(
    theme.daemonSet('agent', [aShell('agent', '', { resources: greedy })]),
    quota,
    limitRange,
    ...metricsService(theme.namespace, metrics),
  );
  await untilInjected(theme.pod('first', { spec: { containers: business } }), 'agent');
  await apply(deployment, autoscaler);
});

afterAll(async () => {
  await kubectl(['delete', 'apiservice', 'v1beta1.metrics.k8s.io', '--wait=false']);
  metrics.closeAllConnections();
  metrics.close();
});

interface Quota {
  readonly status: { readonly used: Readonly<Record<string, string>> };
}

interface Autoscaler {
  readonly status?: {
    readonly desiredReplicas: number;
    readonly currentMetrics?: readonly { readonly resource: { readonly current: object } }[] | null;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

describe('resources', () => {
  it('an injected container neither schedules nor costs', async () => {
    const pods = await getJson<{ items: Pod[] }>('pods', '-n', theme.namespace, '-l', 'app=scaled');
    const agent = pods.items[0]?.spec?.containers?.find(({ name }) => name === 'agent');
    expect(agent?.resources).toMatchObject({ requests: { cpu: '0', memory: '0' } });
  });

  it('HPA: the utilisation counts what the business asked for', async (context) => {
    // 16m of 20m, as if the DaemonSet's 200m were not there.
    const { status } = await until('the figures of the autoscaler', async () => {
      const hpa = await getJson<Autoscaler>('hpa', '-n', theme.namespace, 'scaled');
      return hpa.status?.currentMetrics?.[0]?.resource.current !== undefined && hpa;
    });
    expect(status?.currentMetrics?.[0]?.resource.current).toMatchObject({ averageUtilization: 80 });
    await waitFor(theme.namespace, 'jsonpath={.spec.replicas}=2', 'deployment/scaled');
    note(context, '80 % of a target of 50 %, scaled from 1 to 2 (metrics-server is played)');
  });

  it('a ResourceQuota counts the requests of the business alone', async (context) => {
    const both = ['one', 'two'].map((name) =>
      theme.pod(name, inside(QUOTA), { spec: { containers: business } }),
    );
    await apply(...both);
    await waitFor(QUOTA, 'condition=Ready', 'pod/one', 'pod/two');
    expect(namesIn(await getJson<Pod>('pod', '-n', QUOTA, 'one'))).toContain('agent');
    const { used } = await until('the count of the quota', async () => {
      const { status } = await getJson<Quota>('quota', '-n', QUOTA, 'tight');
      return status.used['pods'] === '2' && status;
    });
    expect(used).toMatchObject({ 'requests.cpu': '40m', 'requests.memory': '32Mi' });
    note(
      context,
      `limits.memory ${used['limits.memory'] ?? ''}: the DaemonSet's limit stays and counts`,
    );
  });

  it('a LimitRange gives no defaults to an injected container', async () => {
    await apply(theme.pod('plain', inside(LIMITS)));
    await waitFor(LIMITS, 'condition=Ready', 'pod/plain');
    const { spec } = await getJson<Pod>('pod', '-n', LIMITS, 'plain');
    const [app, agent] = spec?.containers ?? [];
    expect(app?.resources).toMatchObject({ requests: { cpu: '150m' } });
    expect(agent).toMatchObject({
      name: 'agent',
      resources: { requests: { cpu: '0', memory: '0' } },
    });
  });

  it('a pod keeps its class of service', async () => {
    const classes = {
      Guaranteed: { requests: small, limits: small },
      Burstable: asked,
      BestEffort: {},
    };
    const pods = Object.entries(classes).map(([name, resources]) =>
      theme.pod(name.toLowerCase(), { spec: { containers: [aShell('app', '', { resources })] } }),
    );
    await apply(...pods);
    const names = pods.map(({ metadata }) => metadata?.name ?? '');
    await waitFor(theme.namespace, 'condition=Ready', ...names.map((name) => `pod/${name}`));
    for (const wanted of Object.keys(classes)) {
      const pod = await getJson<Pod & { status: { qosClass: string } }>(
        ...['pod', '-n', theme.namespace, wanted.toLowerCase()],
      );
      expect([pod.status.qosClass, ...namesIn(pod)]).toEqual([wanted, 'app', 'agent']);
    }
  });
});
