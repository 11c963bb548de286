import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Addresses that no other network of a machine is likely to have. A second cluster on the same machine would need others. */
export const net = {
  /** Where the API server is reached from pods and from the machine. */
  controlPlane: '10.197.0.1',
  services: '10.199.0.0/24',
  /** The Service `kubernetes`. */
  apiService: '10.199.0.1',
  dns: '10.199.0.10',
  pods: '10.198.0.0/16',
  /** The address of a node, which is the gateway of its pods, too. */
  node: (index: number): string => `10.198.${index}.1`,
  podsOf: (index: number): string => `10.198.${index}.0/24`,
} as const;

/** Ports that Kubernetes does not use by default, lest a cluster that is there already be in the way. */
export const ports = {
  api: 16443,
  etcd: 12379,
  etcdPeer: 12380,
  kubelet: (index: number): number => 10350 + index,
} as const;

/** Names of network devices, cgroups and chains begin with this. */
export const PREFIX = 'dsi-';

/** Unix sockets lie here, because their paths may have 107 characters only. */
export const SOCKETS = '/run/ds-injector-cluster';

/** The sources of the programs. */
export const SOURCES = fileURLToPath(new URL('kube/', import.meta.url));

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Where all that a cluster writes lies; TEST_CLUSTER_DIR names another folder. */
export const stateFolder = (): string =>
  resolve(process.env['TEST_CLUSTER_DIR'] ?? join(PROJECT, '.cluster'));

/** Where programs are kept that took minutes to build. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ds-injector', 'cluster');
