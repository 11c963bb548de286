import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PREFIX } from './places.js';
import { tryKill } from './processes.js';
import { until } from './until.js';

const ROOT = '/sys/fs/cgroup';

/** Whether the machine has the one tree of cgroup v2, or one for each controller. */
const isUnified = (): boolean => existsSync(join(ROOT, 'cgroup.controllers'));

/** The trees in which a node has its group. */
const trees = (): readonly string[] =>
  isUnified()
    ? [ROOT]
    : readdirSync(ROOT)
        .map((name) => join(ROOT, name))
        .filter((tree) => existsSync(join(tree, 'cgroup.procs')));

/** A group of its own for each kubelet, or one would clear away the other's pods. */
export const cgroupOf = (node: string): string => `${PREFIX}${node}`;

export function makeCgroup(node: string): void {
  for (const tree of trees()) {
    const group = join(tree, cgroupOf(node));
    mkdirSync(group, { recursive: true });
    for (const file of isUnified() ? [] : ['cpuset.cpus', 'cpuset.mems']) {
      // A new group of cgroup v1 has no processors and no memory until it is given some.
      if (existsSync(join(tree, file)))
        writeFileSync(join(group, file), readFileSync(join(tree, file)));
    }
  }
}

/** Kills whatever runs in the node's groups and removes them. */
export async function removeCgroup(node: string): Promise<void> {
  const groups = trees()
    .map((tree) => join(tree, cgroupOf(node)))
    .filter((group) => existsSync(group));
  const folders = groups.flatMap((group) => foldersIn(group));
  await until(`the end of the containers on ${node}`, () => {
    const pids = folders.flatMap(pidsIn);
    for (const pid of pids) tryKill(pid);
    return pids.length === 0;
  });
  await until(`the removal of the cgroups of ${node}`, () => {
    for (const folder of folders.filter((path) => existsSync(path))) rmdirSync(folder);
    return true;
  });
}

/** The folders below and the folder itself, the innermost first. */
const foldersIn = (folder: string): readonly string[] => [
  ...readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => foldersIn(join(folder, entry.name))),
  folder,
];

const pidsIn = (folder: string): readonly number[] => {
  const file = join(folder, 'cgroup.procs');
  return existsSync(file) ? (readFileSync(file, 'utf8').match(/\d+/g) ?? []).map(Number) : [];
};
