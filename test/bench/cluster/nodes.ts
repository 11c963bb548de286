import type { Node } from '../../../src/core/model/types.js';
import { range } from './business.js';
import { superNodeLabel, superNodeTaint } from './virtual.js';

const ZONES = ['ap-singapore-1', 'ap-singapore-2', 'ap-singapore-3'];
/** Groups of real nodes that were bought together. */
const POOLS = 20;

/**
 * Nodes in three zones: real ones in twenty pools, and Tencent's super nodes. Each has labels of its own (host name and
 * instance), as in every cluster.
 *
 * @param virtual how many of them are super nodes.
 */
export const nodesOf = (count: number, virtual: number): readonly Node[] =>
  range(count).map((index) => (index < virtual ? superNode(index) : realNode(index)));

const superNode = (index: number): Node =>
  nodeOf({
    name: `eklet-subnet-${id(index)}`,
    index,
    labels: superNodeLabel,
    taints: [superNodeTaint],
  });

const realNode = (index: number): Node =>
  nodeOf({
    name: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    index,
    labels: {
      'node.kubernetes.io/instance-type': `SA5.${index % 2 === 0 ? 'LARGE' : 'XLARGE'}${(index % POOLS) + 8}`,
      'node.tke.cloud.tencent.com/nodepool': `np-pool-${index % POOLS}`,
      ...(index % 5 === 0 && { 'node-role.kubernetes.io/batch': '' }),
    },
    taints: index % 5 === 0 ? [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] : [],
  });

interface Differences {
  readonly name: string;
  readonly index: number;
  readonly labels: Record<string, string>;
  readonly taints: readonly { key: string; value?: string; effect: string }[];
}

const id = (index: number): string => (index * 7919 + 100_003).toString(36);

const nodeOf = ({ name, index, labels, taints }: Differences): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    uid: `7c1de2f0-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    labels: {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'beta.kubernetes.io/os': 'linux',
      'beta.kubernetes.io/arch': 'amd64',
      'topology.kubernetes.io/region': 'ap-singapore',
      'topology.kubernetes.io/zone': ZONES[index % ZONES.length] ?? '',
      'cloud.tencent.com/node-instance-id': `ins-${id(index)}`,
      ...labels,
    },
    creationTimestamp: '2026-03-02T10:11:12Z',
  },
  spec: {
    podCIDR: `172.${16 + (index >> 14)}.${(index >> 6) & 255}.${(index & 63) * 4}/26`,
    providerID: `qcloud:///${index % ZONES.length}/ins-${id(index)}`,
    ...(taints.length > 0 && { taints: [...taints] }),
  },
  status: {
    capacity: { cpu: '16', memory: '32664532Ki', pods: '61' },
    nodeInfo: { kubeletVersion: 'v1.34.1' },
  },
});
