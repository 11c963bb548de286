import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeCgroup } from './cgroups.js';
import type { Cluster, NodeRecord } from './cluster.js';
import { closeNetwork } from './network.js';
import { processesWith, tryKill } from './processes.js';
import { runFolder, socketOf } from './node-files.js';
import { tryRun } from './shell.js';
import { until } from './until.js';

/**
 * Ends a cluster in whatever state it is, and removes what it left behind but the logs, which go to `logs.last`.
 * Nothing is asked to end in peace, since nothing of it is kept.
 */
export async function takeDown(cluster: Cluster): Promise<void> {
  const { daemons, folder } = cluster;
  const isKubelet = (name: string): boolean => name.startsWith('kubelet-');
  // Kubelets first, or they would start anew what is being ended.
  for (const name of daemons.names().filter(isKubelet)) await daemons.kill(name);
  for (const node of cluster.nodes) await endContainers(node);
  for (const name of daemons.names()) await daemons.kill(name);
  await tryRun(cluster.program('kube-proxy'), ['--cleanup']);
  await unmount(cluster.nodes.flatMap((node) => [runFolder(node.name), cluster.nodeFolder(node)]));
  for (const node of cluster.nodes) rmSync(runFolder(node.name), { recursive: true, force: true });
  await closeNetwork();
  keepLogs(folder);
  for (const name of ['nodes', 'etcd', 'images', 'pki', 'pids', 'admin.conf', 'cluster.json']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function keepLogs(folder: string): void {
  const logs = join(folder, 'logs');
  if (!existsSync(logs)) return;
  rmSync(`${logs}.last`, { recursive: true, force: true });
  renameSync(logs, `${logs}.last`);
}

/** The shims first: one that sees its container die calls runc, which is slow. */
async function endContainers({ name }: NodeRecord): Promise<void> {
  await until(`the end of the shims on ${name}`, () => {
    const shims = shimsOf(name);
    for (const pid of shims) tryKill(pid);
    return shims.length === 0;
  });
  await removeCgroup(name);
}

/** Processes that serve the containers of a containerd; its socket is one of their arguments. */
const shimsOf = (node: string): readonly number[] =>
  processesWith(
    ([program = '', ...args]) =>
      program.includes('containerd-shim') && args.includes(socketOf(node)),
  );

/** Takes off what is mounted below the folders, the last first. */
async function unmount(folders: readonly string[]): Promise<void> {
  const mounted = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)));
  for (const path of mounted.reverse()) await tryRun('umount', ['-l', path]);
}
