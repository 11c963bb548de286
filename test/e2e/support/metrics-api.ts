import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueAuthority, issueLeaf, serialOf } from '../../../src/certs/issue.js';
import type { KubernetesObject, Pod } from '../../../src/core/model/types.js';
import { net } from '../../cluster/places.js';
import { call } from './api.js';

const ROOT = '/apis/metrics.k8s.io/v1beta1';

/** CPU that every container is said to use. */
export type Usage = Readonly<Record<string, string>>;

/**
 * Stands in for metrics-server, which an autoscaler asks: says of each pod of a namespace that its containers use what they
 * are told to. Everything else about the autoscaler is real.
 *
 * @param usage by the container's name; others use nothing.
 */
export async function startMetricsApi(usage: Usage): Promise<Server> {
  const stamp = () => ({ now: Date.now(), serial: serialOf(randomBytes(16)) });
  const { cert, key } = await issueLeaf(await issueAuthority(stamp()), [net.controlPlane], stamp());
  const server = createServer({ cert, key }, (request, response) => {
    void answer(request.url ?? '', usage).then((body) => {
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
  });
  server.listen(0, net.controlPlane);
  await once(server, 'listening');
  return server;
}

async function answer(url: string, usage: Usage): Promise<object | undefined> {
  const { pathname, searchParams } = new URL(url, 'https://metrics');
  if (pathname === ROOT) return resources;
  const [, namespace] = /\/namespaces\/([^/]+)\/pods$/.exec(pathname) ?? [];
  if (namespace === undefined) return undefined;
  const selector = encodeURIComponent(searchParams.get('labelSelector') ?? '');
  const list = await call('GET', `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`);
  const { items } = JSON.parse(list.body) as { items: Pod[] };
  return {
    kind: 'PodMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {},
    items: items.map((pod) => metricsOf(pod, usage)),
  };
}

const metricsOf = ({ metadata, spec }: Pod, usage: Usage): object => ({
  metadata: { name: metadata?.name, namespace: metadata?.namespace, labels: metadata?.labels },
  timestamp: new Date().toISOString(),
  window: '10s',
  containers: [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => ({
    name,
    usage: { cpu: usage[name] ?? '0', memory: '1Mi' },
  })),
});

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'metrics.k8s.io/v1beta1',
  resources: [
    {
      name: 'pods',
      singularName: '',
      namespaced: true,
      kind: 'PodMetrics',
      verbs: ['get', 'list'],
    },
  ],
};

/** What makes the API server hand the metrics API on to a server on this machine. */
export function metricsService(namespace: string, server: Server): readonly KubernetesObject[] {
  const { port } = server.address() as AddressInfo;
  const metadata = { name: 'metrics', namespace };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'metrics' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [net.controlPlane], conditions: { ready: true } }],
      ports: [{ name: 'https', port, protocol: 'TCP' }],
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { name: 'metrics', namespace },
      },
    },
  ];
}
