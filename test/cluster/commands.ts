import { copyFileSync, existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { read } from './api.js';
import { binFolder, build, buildKwok, isBuilt } from './build.js';
import { Cluster } from './cluster.js';
import { startControlPlane } from './control-plane.js';
import { takeDown } from './down.js';
import { importInto, startNode, superNode, worker, type NodeOptions } from './node.js';
import { install, requireGo, requireMachine } from './packages.js';
import { stateFolder } from './places.js';
import { releaseOf, type Release } from './releases.js';

const say = (line: string): void => {
  console.log(line);
};

const theCluster = (): Cluster => new Cluster(stateFolder());

/** Brings the Debian packages that are missing. */
export async function installPackages(): Promise<void> {
  const brought = await install();
  say(brought.length === 0 ? 'nothing is missing' : `installed ${brought.join(' ')}`);
}

/** Builds a release's programs, unless they are built; minutes, with a cold cache. */
export async function buildPrograms({ kubernetes }: { kubernetes?: string }): Promise<void> {
  const release = releaseOf(kubernetes);
  await built(release);
  say(binFolder(release));
}

async function built(release: Release): Promise<string> {
  if (isBuilt(release)) return binFolder(release);
  requireGo();
  say(`building Kubernetes ${release.version}; this takes minutes, once …`);
  return build(release);
}

export interface UpOptions {
  readonly kubernetes?: string;
  /** The nodes to begin with; a worker and a super node if they are not given. */
  readonly nodes?: readonly NodeOptions[];
}

/**
 * Brings a cluster up. If one is up in the same folder, that one is kept.
 *
 * @throws Error that says what to do about a broken one, a missing program or a port that is taken.
 */
export async function up({ kubernetes, nodes = [worker, superNode] }: UpOptions): Promise<Cluster> {
  requireMachine();
  const release = releaseOf(kubernetes);
  const cluster = theCluster();
  if (await isUsable(cluster, release)) return cluster;
  cluster.begin(release, await built(release));
  try {
    await startControlPlane(cluster);
    for (const node of nodes) await startNode(cluster, node);
  } catch (error) {
    await takeDown(cluster);
    say(`the logs are in ${join(cluster.folder, 'logs.last')}`);
    throw error;
  }
  return cluster;
}

/** Whether what is there can be taken as it is. What a crash or a restart of the machine left is cleared away. */
async function isUsable(cluster: Cluster, release: Release): Promise<boolean> {
  if (!cluster.exists) return false;
  const names = cluster.daemons.names();
  const dead = names.filter((name) => !cluster.daemons.isAlive(name));
  if (dead.length === names.length) {
    await takeDown(cluster);
    return false;
  }
  if (dead.length > 0) {
    throw new Error(
      `a cluster is half up: ${dead.join(', ')} ended. "npm run cluster -- down" ends the rest`,
    );
  }
  if (cluster.release === release) return true;
  throw new Error(`Kubernetes ${cluster.release.version} is up; "npm run cluster -- down" ends it`);
}

export async function bringUp(options: UpOptions): Promise<void> {
  const cluster = await up(options);
  say(`Kubernetes ${cluster.release.version} is up. To use it:`);
  say(`export KUBECONFIG=${cluster.kubeconfig} PATH=${cluster.bin}:$PATH`);
}

/** Adds a node to the cluster that is up. */
export async function addNode(options: NodeOptions): Promise<void> {
  await startNode(theCluster(), options);
  say(`node ${options.name} is ready`);
}

/** Imports an archive of images into all nodes, or into those that are named; nodes that come later get it, too. */
export async function importImage(archive: string, names: readonly string[] = []): Promise<void> {
  const cluster = theCluster();
  const unknown = names.filter((name) => cluster.nodes.every((node) => node.name !== name));
  if (unknown.length > 0) throw new Error(`there is no node ${unknown.join(', ')}`);
  if (!existsSync(archive)) throw new Error(`there is no file ${archive}`);
  for (const { name } of cluster.nodes) {
    if (names.length === 0 || names.includes(name)) await importInto(name, resolve(archive));
  }
  if (names.length === 0) copyFileSync(archive, join(cluster.imageFolder, basename(archive)));
}

/**
 * Starts a kwok that plays every node with the annotation kwok.x-k8s.io/node=fake.
 *
 * @param stages a file that says how; else it does as it comes.
 */
export async function startKwok(stages?: string): Promise<void> {
  requireGo();
  const cluster = theCluster();
  cluster.daemons.start('kwok', await buildKwok(), [
    `--kubeconfig=${cluster.kubeconfig}`,
    '--manage-all-nodes=false',
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    ...(stages === undefined ? [] : [`--config=${stages}`]),
  ]);
}

/** Ends the cluster and removes all of it but the logs. */
export async function down(): Promise<void> {
  const cluster = theCluster();
  if (!cluster.exists) {
    say('no cluster is up');
    return;
  }
  requireMachine();
  await takeDown(cluster);
}

/** Prints what runs and what does not. @returns whether everything does. */
export async function status(): Promise<boolean> {
  const cluster = theCluster();
  if (!cluster.exists) {
    say('no cluster is up');
    return false;
  }
  say(`Kubernetes ${cluster.release.version} in ${cluster.folder}`);
  for (const name of cluster.daemons.names()) {
    say(
      `${name.padEnd(24)} ${cluster.daemons.isAlive(name) ? 'runs' : 'ended'}  ${cluster.daemons.log(name)}`,
    );
  }
  const ready = await read(cluster, '/readyz').catch((error: unknown) => String(error));
  say(`API server: ${ready}`);
  return ready === 'ok' && cluster.daemons.names().every((name) => cluster.daemons.isAlive(name));
}
