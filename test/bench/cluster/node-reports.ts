import type { Node } from '../../../src/core/model/types.js';
import { range } from './business.js';
import { managed } from './managed-fields.js';

/** A kubelet names at most so many images. */
const IMAGES = 28;

/** The node with all that its kubelet and the cloud report of it: about 9 KB of JSON, as clusters have it. */
export function reported(node: Node, index: number): Node {
  const { labels, annotations } = {
    labels: node.metadata?.labels ?? {},
    annotations: notes(index),
  };
  const status = { ...node.status, ...statusOf(index) };
  const own = { metadata: { annotations, labels }, spec: node.spec };
  return {
    ...node,
    metadata: {
      ...node.metadata,
      annotations,
      managedFields: [managed('kubelet', own), managed('kubelet', { status })],
    },
    status,
  };
}

const notes = (index: number): Record<string, string> => ({
  'node.alpha.kubernetes.io/ttl': '0',
  'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
  'csi.volume.kubernetes.io/nodeid': JSON.stringify({
    'com.tencent.cloud.csi.cbs': `ins-${index}`,
  }),
});

const statusOf = (index: number): NonNullable<Node['status']> => ({
  allocatable: { cpu: '15900m', memory: '29518804Ki', pods: '61', 'hugepages-2Mi': '0' },
  addresses: [
    { type: 'InternalIP', address: `10.0.${index >> 8}.${index & 255}` },
    { type: 'Hostname', address: `node-${index}` },
  ],
  conditions: ['NetworkUnavailable', 'MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map(
    (type) => ({
      type,
      status: type === 'Ready' ? 'True' : 'False',
      lastHeartbeatTime: '2026-07-11T09:03:12Z',
      lastTransitionTime: '2026-06-30T04:12:01Z',
      reason: `Kubelet${type}`,
      message: `the kubelet of node ${index} reports ${type}`,
    }),
  ),
  daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
  images: range(IMAGES).map((image) => ({
    names: [
      `registry.example.com/team-${image % 9}/service-${image}@sha256:${digest(index, image)}`,
      `registry.example.com/team-${image % 9}/service-${image}:v2.${image}.1`,
    ],
    sizeBytes: 40_000_000 + image,
  })),
});

const digest = (index: number, image: number): string =>
  ((index * 131 + image) * 0x9e3779b1).toString(16).padStart(64, '0').slice(-64);
