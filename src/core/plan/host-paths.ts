import { isWithin } from '../model/path.js';
import type { Profile } from '../profiles/profile.js';

/** What a path of the host can be for an injected container. */
export type HostPathKind =
  /** An ordinary directory: an emptyDir, or a volume of the business, stands for it. */
  | 'directory'
  /** `/proc`, `/sys`, `/dev`, `/`: those of the container itself stand for it. */
  | 'own'
  /** A file that programs do without: left out. */
  | 'optional_file'
  /** The same, and nothing stands for it. */
  | 'host_view'
  | 'host_file'
  | 'host_mutator';

/** Places that only those mount who set up the host: CNI, kube-proxy, CSI, device plugins, eBPF, the kernel, the node. */
const MUTATED = [
  '/opt/cni',
  '/etc/cni',
  '/var/lib/cni',
  '/var/run/cni',
  '/run/cni',
  '/run/xtables.lock',
  '/var/run/xtables.lock',
  '/lib/modules',
  '/usr/lib/modules',
  '/usr/src',
  '/boot',
  '/var/lib/kubelet',
  '/sys/fs/bpf',
  '/sys/kernel/debug',
  '/sys/kernel/tracing',
  '/etc/kubernetes',
  '/etc/systemd',
  '/etc/containerd',
  '/etc/docker',
];

/** What a container has of its own. */
const VIEWS = ['/proc', '/sys', '/dev'];

/** Files that identify or configure a host; images bring their own, or programs do without. */
const OPTIONAL_FILES = new Set([
  '/etc/machine-id',
  '/var/lib/dbus/machine-id',
  '/etc/localtime',
  '/etc/timezone',
  '/etc/hostname',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/etc/os-release',
  '/usr/lib/os-release',
  '/etc/lsb-release',
  '/etc/passwd',
  '/etc/group',
]);

const FILE_TYPES = new Set(['File', 'FileOrCreate', 'Socket', 'CharDevice', 'BlockDevice']);
const FILE_NAME = /\.(sock|conf|json|ya?ml|crt|pem|key|txt|log|lock|pid)$/;

/** Where container runtimes keep what the containers print. */
const CONTAINER_LOGS = ['/var/log/pods', '/var/log/containers', '/var/lib/docker/containers'];

/**
 * What stands for a path of the host.
 *
 * @param path normalised; @param type the type of the hostPath volume.
 */
export function kindOf(path: string, type: string, { hostView }: Profile): HostPathKind {
  if (MUTATED.some((place) => isWithin(path, place))) return 'host_mutator';
  if (OPTIONAL_FILES.has(path)) return 'optional_file';
  if (FILE_TYPES.has(type) || FILE_NAME.test(path)) return 'host_file';
  if (path === '/' || VIEWS.some((view) => isWithin(path, view))) {
    return hostView === 'own' ? 'own' : 'host_view';
  }
  return 'directory';
}

export const holdsContainerLogs = (path: string): boolean =>
  CONTAINER_LOGS.some((logs) => isWithin(path, logs));
