import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { read } from './api.js';
import { makeCgroup } from './cgroups.js';
import type { Cluster, NodeRecord } from './cluster.js';
import { startProxy, untilAlive } from './control-plane.js';
import { writeBusybox } from './archive.js';
import { openNodeNetwork } from './network.js';
import { PAUSE, socketOf, writeNodeFiles, type Taint } from './node-files.js';
import { net } from './places.js';
import { run } from './shell.js';

export interface NodeOptions {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
}

/** A node as everybody has one. */
export const worker: NodeOptions = { name: 'worker' };

/** What the super nodes of seed 001 look like to everybody else; this one runs real containers. */
export const superNode: NodeOptions = {
  name: 'super',
  labels: { 'node.kubernetes.io/instance-type': 'eklet' },
  taints: [{ key: 'eks.tke.cloud.tencent.com/eklet', effect: 'NoSchedule' }],
};

/** Starts a containerd and a kubelet, and waits until the node is ready. */
export async function startNode(cluster: Cluster, options: NodeOptions): Promise<void> {
  const { name, labels = {}, taints = [] } = options;
  if (cluster.nodes.some((node) => node.name === name)) throw new Error(`node ${name} is there`);
  await makeImages(cluster);
  const node = cluster.add(name);
  const files = writeNodeFiles(cluster, node, taints);
  makeCgroup(name);
  await openNodeNetwork(node.index);
  await startContainerd(cluster, node, files.containerd);
  startKubelet(cluster, node, [`--config=${files.kubelet}`, `--node-labels=${pairs(labels)}`]);
  await untilAlive(cluster, `kubelet-${name}`, `node ${name}`, () => isReady(cluster, name));
  if (!cluster.daemons.isAlive('kube-proxy')) await startProxy(cluster, name);
}

const pairs = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map((pair) => pair.join('='))
    .join(',');

/** Kubelets keep the logs of pods here, not all of them elsewhere, and clear away those of pods that they do not know. */
const POD_LOGS = '/var/log/pods';

/** In a mount namespace of its own, where the logs of pods are the node's, and from which nothing is left when it ends. */
async function startContainerd(cluster: Cluster, node: NodeRecord, config: string): Promise<void> {
  const daemon = `containerd-${node.name}`;
  const logs = join(cluster.nodeFolder(node), 'podlogs');
  for (const folder of [logs, POD_LOGS]) mkdirSync(folder, { recursive: true });
  const script = `mount --bind "$1" ${POD_LOGS} && exec containerd -c "$2"`;
  cluster.daemons.start(daemon, 'unshare', ['--mount', 'sh', '-c', script, daemon, logs, config]);
  await untilAlive(cluster, daemon, daemon, () => ctr(node.name, ['version']));
  for (const archive of readdirSync(cluster.imageFolder)) {
    await importInto(node.name, join(cluster.imageFolder, archive));
  }
}

/** In the mount namespace of containerd, which has to see the volumes that it mounts. */
function startKubelet(cluster: Cluster, node: NodeRecord, args: readonly string[]): void {
  const { daemons } = cluster;
  const folder = cluster.nodeFolder(node);
  const containerd = daemons.pid(`containerd-${node.name}`) ?? 0;
  daemons.start(`kubelet-${node.name}`, 'nsenter', [
    `--mount=/proc/${containerd}/ns/mnt`,
    cluster.program('kubelet'),
    ...args,
    `--kubeconfig=${cluster.kubeconfig}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${net.node(node.index)}`,
    `--root-dir=${join(folder, 'kubelet')}`,
    `--cert-dir=${join(folder, 'pki')}`,
  ]);
}

interface Node {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

async function isReady(cluster: Cluster, name: string): Promise<true> {
  const { status } = JSON.parse(await read(cluster, `/api/v1/nodes/${name}`)) as Node;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') throw new Error(`it is not ready: ${JSON.stringify(ready)}`);
  return true;
}

/** Talks to a node's containerd, about what Kubernetes runs there. */
const ctr = (node: string, args: readonly string[]): Promise<string> =>
  run('ctr', ['-a', socketOf(node), '-n', 'k8s.io', ...args]);

/** Brings an archive of images into a node. */
export async function importInto(node: string, archive: string): Promise<void> {
  await ctr(node, ['images', 'import', archive]);
}

/** The process of a container, which the machine sees as any other. @throws Error if it does not run. */
export async function processOf(node: string, container: string): Promise<number> {
  const tasks = await ctr(node, ['tasks', 'ls']);
  const line = tasks.split('\n').find((each) => each.startsWith(container)) ?? '';
  const [, pid] = line.split(/\s+/);
  if (pid === undefined) throw new Error(`container ${container} does not run on ${node}`);
  return Number(pid);
}

/** What every node has to have. */
async function makeImages({ imageFolder }: Cluster): Promise<void> {
  const pause = join(imageFolder, 'pause.tar');
  if (existsSync(pause)) return;
  await writeBusybox(join(imageFolder, 'busybox.tar'), {
    tags: ['docker.io/library/busybox:latest', 'docker.io/library/busybox:1.36'],
    command: ['sh'],
  });
  await writeBusybox(pause, { tags: [PAUSE], command: ['sleep', '2147483647'] });
}
