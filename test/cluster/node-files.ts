import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupOf } from './cgroups.js';
import type { Cluster, NodeRecord } from './cluster.js';
import { credentialsIn } from './credentials.js';
import { bridgeOf, networkOf } from './network.js';
import { net, ports, SOCKETS } from './places.js';

/** Kubernetes takes this for a node's image of the sandbox; a pod's processes share what it holds open. */
export const PAUSE = 'local/pause:1';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** What a node needs on disk. */
export interface NodeFiles {
  readonly socket: string;
  readonly containerd: string;
  readonly kubelet: string;
}

/** Where a node's sockets and its containers' state lie. */
export const runFolder = (node: string): string => join(SOCKETS, node);
export const socketOf = (node: string): string => join(runFolder(node), 'containerd.sock');

export function writeNodeFiles(
  cluster: Cluster,
  node: NodeRecord,
  taints: readonly Taint[],
): NodeFiles {
  const folder = cluster.nodeFolder(node);
  const files = {
    socket: socketOf(node.name),
    containerd: join(folder, 'containerd.toml'),
    kubelet: join(folder, 'kubelet.json'),
  };
  for (const dir of [join(folder, 'cni'), runFolder(node.name)])
    mkdirSync(dir, { recursive: true });
  writeFileSync(files.containerd, containerd(folder, node));
  writeFileSync(join(folder, 'cni', '10-bridge.conflist'), JSON.stringify(bridge(folder, node)));
  writeFileSync(files.kubelet, JSON.stringify(kubelet(cluster, node, taints)));
  return files;
}

const containerd = (folder: string, { name }: NodeRecord): string => `version = 2
root = "${join(folder, 'containerd')}"
state = "${join(runFolder(name), 'containerd')}"
[grpc]
  address = "${socketOf(name)}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  restrict_oom_score_adj = true
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter(folder)}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(folder, 'cni')}"
`;

/** OVERLAYFS_SUPER_MAGIC of statfs(2): one overlay cannot lie on another, as in a build that runs in a container. */
const OVERLAY = 0x794c7630;
const snapshotter = (folder: string): string =>
  statfsSync(folder).type === OVERLAY ? 'native' : 'overlayfs';

const bridge = (folder: string, { name, index }: NodeRecord): object => ({
  cniVersion: '0.4.0',
  name: networkOf(name),
  plugins: [
    {
      type: 'bridge',
      bridge: bridgeOf(index),
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: net.podsOf(index) }]],
        routes: [{ dst: '0.0.0.0/0' }],
        dataDir: join(folder, 'ipam'),
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

function kubelet(cluster: Cluster, node: NodeRecord, taints: readonly Taint[]): object {
  const { ca, cert, key } = credentialsIn(cluster.folder);
  const settings = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    port: ports.kubelet(node.index),
    healthzPort: 0,
    failSwapOn: false,
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupOf(node.name)}`,
    enforceNodeAllocatable: ['pods'],
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
    evictionHard: { 'memory.available': '50Mi' },
    serializeImagePulls: false,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    containerRuntimeEndpoint: `unix://${socketOf(node.name)}`,
    clusterDomain: 'cluster.local',
    clusterDNS: [net.dns],
    registerWithTaints: taints,
    authentication: { webhook: { enabled: true }, x509: { clientCAFile: ca } },
    authorization: { mode: 'Webhook' },
    tlsCertFile: cert,
    tlsPrivateKeyFile: key,
  };
  const { unknownToKubelet } = cluster.release;
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !unknownToKubelet.includes(name)),
  );
}
