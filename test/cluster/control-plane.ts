import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { read } from './api.js';
import { auditFlags } from './audit.js';
import type { Cluster } from './cluster.js';
import { credentialsIn, makeCredentials, type Credentials } from './credentials.js';
import { openNetwork } from './network.js';
import { net, ports } from './places.js';
import { run } from './shell.js';
import { until } from './until.js';

const flags = (values: Readonly<Record<string, string | number | boolean>>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/** Starts etcd and the control plane, and waits until pods can be created. */
export async function startControlPlane(cluster: Cluster): Promise<void> {
  await requirePorts();
  await openNetwork();
  const credentials = await makeCredentials(cluster.folder);
  const start = (name: string, values: Parameters<typeof flags>[0]): void => {
    cluster.daemons.start(name, cluster.program(name), flags(values));
  };
  cluster.daemons.start('etcd', 'etcd', flags(etcd(cluster)));
  await startApiServer(cluster);
  start('kube-controller-manager', controllerManager(credentials));
  start('kube-scheduler', asUser(credentials.kubeconfig.scheduler));
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await untilAlive(cluster, 'kube-controller-manager', 'the first ServiceAccount', () =>
    read(cluster, account),
  );
}

/** Starts the API server and waits until it is ready; after a stop, with all that it knew. */
export async function startApiServer(cluster: Cluster): Promise<void> {
  const name = 'kube-apiserver';
  const args = flags({ ...apiServer(credentialsIn(cluster.folder)), ...auditFlags(cluster) });
  cluster.daemons.start(name, cluster.program(name), args);
  await untilAlive(cluster, name, 'the API server', () => read(cluster, '/readyz'));
}

/** Waits for what a daemon does, but no longer than it lives. */
export const untilAlive = <T>(
  { daemons }: Cluster,
  daemon: string,
  what: string,
  look: () => Promise<T>,
): Promise<T> =>
  until(what, look, {
    timeout: 120_000,
    stillHopes: () => {
      daemons.requireAlive(daemon);
    },
  });

const etcd = ({ folder }: Cluster): Parameters<typeof flags>[0] => ({
  'data-dir': join(folder, 'etcd'),
  'listen-client-urls': `http://127.0.0.1:${ports.etcd}`,
  'advertise-client-urls': `http://127.0.0.1:${ports.etcd}`,
  'listen-peer-urls': `http://127.0.0.1:${ports.etcdPeer}`,
  'unsafe-no-fsync': true,
});

const apiServer = ({
  ca,
  cert,
  key,
  signer,
  tokens,
}: Credentials): Parameters<typeof flags>[0] => ({
  'etcd-servers': `http://127.0.0.1:${ports.etcd}`,
  'secure-port': ports.api,
  'bind-address': '0.0.0.0',
  'advertise-address': net.controlPlane,
  'tls-cert-file': cert,
  'tls-private-key-file': key,
  'client-ca-file': ca,
  'token-auth-file': tokens,
  'service-account-key-file': signer,
  'service-account-signing-key-file': signer,
  'service-account-issuer': 'https://kubernetes.default.svc',
  'service-cluster-ip-range': net.services,
  'authorization-mode': 'Node,RBAC',
  'allow-privileged': true,
  // Debian's etcd is too old for it, and kwok would read all objects anew every half minute.
  'feature-gates': 'WatchList=false',
  // Webhooks are called at their endpoints: the API server is not behind kube-proxy.
  'enable-aggregator-routing': true,
  'kubelet-client-certificate': cert,
  'kubelet-client-key': key,
  'kubelet-preferred-address-types': 'InternalIP',
});

const asUser = (kubeconfig: string): Record<string, string | number | boolean> => ({
  kubeconfig,
  'authentication-kubeconfig': kubeconfig,
  'authorization-kubeconfig': kubeconfig,
  'leader-elect': false,
  // Nobody asks it anything.
  'secure-port': 0,
});

const controllerManager = ({
  ca,
  signer,
  kubeconfig,
}: Credentials): Parameters<typeof flags>[0] => ({
  ...asUser(kubeconfig['controller-manager']),
  'service-account-private-key-file': signer,
  'root-ca-file': ca,
  'use-service-account-credentials': true,
  // Nodes say themselves which addresses their pods have.
  controllers: '*,-nodeipam',
  // Thousands of pods would come at 20 a second.
  'kube-api-qps': 200,
  'kube-api-burst': 400,
  // A test need not wait for the usual 15 seconds.
  'horizontal-pod-autoscaler-sync-period': '2s',
});

/**
 * Starts the one kube-proxy that serves all nodes, because they share the machine's network.
 *
 * @param node in whose name it goes; it waits for that node's address.
 */
export async function startProxy(cluster: Cluster, node: string): Promise<void> {
  const values = {
    kubeconfig: cluster.kubeconfig,
    'proxy-mode': cluster.release.proxyMode,
    'cluster-cidr': net.pods,
    'hostname-override': node,
    'conntrack-max-per-core': 0,
    'healthz-bind-address': '',
    'metrics-bind-address': '',
  };
  cluster.daemons.start('kube-proxy', cluster.program('kube-proxy'), flags(values));
  await untilAlive(cluster, 'kube-proxy', 'kube-proxy', () => connectTo(net.apiService, 443));
}

async function connectTo(host: string, port: number): Promise<true> {
  const socket = connect({ host, port, timeout: 1_000 });
  socket.on('timeout', () => socket.destroy(new Error(`no answer from ${host}:${port}`)));
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

/** @throws Error that names what is in the way, before anything is started. */
async function requirePorts(): Promise<void> {
  for (const port of [ports.api, ports.etcd, ports.etcdPeer]) {
    const server = createServer().listen(port, '0.0.0.0');
    try {
      await once(server, 'listening');
    } catch (cause) {
      const holder = await run('ss', ['-Hltnp', `sport = :${port}`]).catch(() => '');
      const [, who = 'another program'] = /users:\(\((.*?)\)\)/.exec(holder) ?? [];
      throw new Error(`port ${port} is taken by ${who}; is another test cluster up?`, { cause });
    } finally {
      server.close();
    }
  }
}
