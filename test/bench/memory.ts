import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../src/core/model/types.js';
import { agents } from './cluster/agents.js';
import { crowdOf } from './cluster/crowd.js';
import { daemonSetOf } from './cluster/daemonsets.js';
import { reported } from './cluster/node-reports.js';
import { nodesOf } from './cluster/nodes.js';
import { listOf } from './cluster/world.js';
import { rounded } from './figures.js';

/** How many are put into a World to be weighed. */
const NODES = 400;
const DAEMON_SETS = 300;

/** Heap that a World takes beyond a small one, in MB of 1024² bytes. */
interface Heap {
  readonly per1000Nodes: number | null;
  readonly per100DaemonSets: number | null;
}

/** What `kubectl get -o json` and `-o yaml` give is held differently: the strings come from different readers. */
export interface Memory {
  readonly json: Heap;
  readonly yaml: Heap;
  /** KB of JSON that one has. */
  readonly kbPerNode: number | null;
  readonly kbPerDaemonSet: number | null;
}

/** Weighs nodes and DaemonSets as the process holds them. @param folder for the files of the Worlds. */
export async function weigh(folder: string): Promise<Memory> {
  const nodes = nodesOf(NODES + 1, 1)
    .slice(1)
    .map(reported);
  const crowd = crowdOf(DAEMON_SETS);
  const least = [...nodesOf(1, 1), ...agents().map(daemonSetOf)];
  const heapsAs = async (format: Format): Promise<Heap> => {
    const heap = async (objects: readonly KubernetesObject[]): Promise<number> => {
      const file = join(folder, `weighed.${format}`);
      writeFileSync(file, FORMATS[format](listOf([...least, ...objects])));
      return heapOf(file);
    };
    const empty = await heap([]);
    return {
      per1000Nodes: rounded((((await heap(nodes)) - empty) / NODES) * 1000, 1),
      per100DaemonSets: rounded((((await heap(crowd)) - empty) / DAEMON_SETS) * 100, 2),
    };
  };
  return {
    json: await heapsAs('json'),
    yaml: await heapsAs('yaml'),
    kbPerNode: rounded(JSON.stringify(nodes).length / NODES / 1024, 1),
    kbPerDaemonSet: rounded(JSON.stringify(crowd).length / DAEMON_SETS / 1024, 1),
  };
}

const FORMATS = {
  json: (list: unknown) => JSON.stringify(list),
  yaml: (list: unknown) => stringify(list, { aliasDuplicateObjects: false }),
};

type Format = keyof typeof FORMATS;

/** Each World in a process of its own, which holds nothing else. */
async function heapOf(file: string): Promise<number> {
  const probe = fileURLToPath(new URL('heap-probe.ts', import.meta.url));
  const child = fork(probe, [file], { execArgv: [...process.execArgv, '--expose-gc'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process that holds a World has ended');
  });
  const [{ heap }] = (await Promise.race([once(child, 'message'), ended])) as [{ heap: number }];
  await ended.catch(() => undefined);
  return heap / 1024 ** 2;
}
