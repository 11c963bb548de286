import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { up } from '../cluster/commands.js';
import { takeDown } from '../cluster/down.js';
import { importInto } from '../cluster/node.js';
import { PATH } from '../cluster/packages.js';
import { run } from '../cluster/shell.js';
import { cluster, kubectl } from './support/kubectl.js';
import { helmProgram, install } from './support/release.js';

/**
 * What differs from the chart's defaults: certificates live for minutes, so that a test sees them replaced, and the leader
 * is told so by its own clock alone.
 */
const VALUES = ['--set=certificates.self.caLifetime=3m', '--set=certificates.self.leafLifetime=1m'];

type Say = (line: string) => void;

/** What the command line says. */
export interface Options {
  /** Such as `1.28`. */
  readonly kubernetes: string;
  /** Words of which a file's name has to hold one; none for all files. */
  readonly filters: readonly string[];
  /** Leaves the cluster up. */
  readonly keep: boolean;
}

/**
 * Brings up a cluster with the injector in it: what does not need each other, side by side.
 *
 * @param values flags of helm that say what differs from the chart's defaults.
 */
export async function begin({ kubernetes }: Options, say: Say, values = VALUES): Promise<void> {
  const archive = join(cluster.folder, 'ds-injector.tar');
  const made = run('npm', ['run', '-s', 'image', '--', archive]);
  const helm = helmProgram();
  // An error of either waits until it is asked for; it must not end the process before.
  for (const one of [made, helm]) one.catch(() => undefined);
  await up({ kubernetes });
  say(`Kubernetes ${cluster.release.version} is up`);
  await made;
  await importInto('worker', archive);
  rmSync(archive);
  say('the image is on the worker node');
  await helm;
  await kubectl(['delete', 'namespaces', '-l', 'e2e-theme', '--timeout=120s']);
  await install(...values);
  say('the chart is installed');
}

/**
 * Runs the tests in a process of their own.
 *
 * @param rows the file for what is seen.
 * @returns whether all passed.
 */
export async function runTests({ kubernetes, filters }: Options, rows: string): Promise<boolean> {
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=./test/e2e/reporter.ts'];
  const config = ['--config', 'test/e2e/vitest.config.ts'];
  const child = spawn(process.execPath, [vitest, 'run', ...config, ...reporters, ...filters], {
    stdio: 'inherit',
    env: { ...process.env, PATH, E2E_ROWS: rows, E2E_KUBERNETES: kubernetes },
  });
  const stop = (): boolean => child.kill('SIGTERM');
  process.once('exit', stop);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('exit', stop);
  return code === 0;
}

/** Takes the cluster away, unless it is to be kept. */
export async function end({ keep }: Options, say: Say): Promise<void> {
  if (!cluster.exists) return;
  if (keep) {
    say('the cluster is left up; "npm run cluster -- down" ends it');
    return;
  }
  await takeDown(cluster);
  say('the cluster is gone');
}
