import { existsSync, readdirSync } from 'node:fs';
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
  cluster.daemons.start(`kubelet-${name}`, cluster.program('kubelet'), [
    `--config=${files.kubelet}`,
    `--kubeconfig=${cluster.kubeconfig}`,
    `--hostname-override=${name}`,
    `--node-ip=${net.node(node.index)}`,
    `--root-dir=${join(cluster.nodeFolder(node), 'kubelet')}`,
    `--cert-dir=${join(cluster.nodeFolder(node), 'pki')}`,
    `--node-labels=${Object.entries(labels)
      .map((pair) => pair.join('='))
      .join(',')}`,
  ]);
  await untilAlive(cluster, `kubelet-${name}`, `node ${name}`, () => isReady(cluster, name));
  if (!cluster.daemons.isAlive('kube-proxy')) await startProxy(cluster, name);
}

async function startContainerd(cluster: Cluster, node: NodeRecord, config: string): Promise<void> {
  const daemon = `containerd-${node.name}`;
  cluster.daemons.start(daemon, 'containerd', ['-c', config]);
  await untilAlive(cluster, daemon, daemon, () => ctr(node.name, ['version']));
  for (const archive of readdirSync(cluster.imageFolder)) {
    await importInto(node.name, join(cluster.imageFolder, archive));
  }
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
