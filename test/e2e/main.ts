/**
 * The end-to-end tests: a real cluster, the real image installed by the real chart, real containers.
 *
 *   npm run e2e                      everything, and nothing is left behind
 *   npm run e2e -- --keep            leaves the cluster up; the next run takes it as it is
 *   npm run e2e -- network order     only files whose names hold one of the words
 *
 * Prints a table, and a last line `E2E {…}` for programs; ends with 1 if a test failed. Where the machine cannot run it, it
 * says `SKIP e2e:` and why, and ends with 0.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { up } from '../cluster/commands.js';
import { takeDown } from '../cluster/down.js';
import { importInto } from '../cluster/node.js';
import { PATH } from '../cluster/packages.js';
import { run } from '../cluster/shell.js';
import type { Row } from './reporter.js';
import { reasonToSkip } from './skip.js';
import { cluster, kubectl } from './support/kubectl.js';
import { helmProgram, install } from './support/release.js';
import { sumOf, tableOf } from './table.js';
import { tellTrouble } from './trouble.js';

const { values, positionals } = parseArgs({
  options: { keep: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const began = performance.now();
const seconds = (): number => (performance.now() - began) / 1000;
const say = (line: string): void => {
  console.log(`${seconds().toFixed(0).padStart(4)} s  ${line}`);
};

const reason = await reasonToSkip();
if (reason === undefined) process.exitCode = await everything();
else console.log(`SKIP e2e: ${reason}`);

async function everything(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp());
  const rows = join(cluster.folder, 'e2e.json');
  rmSync(rows, { force: true });
  let passed = false;
  try {
    await prepare();
    passed = await runTests(rows);
  } catch (error) {
    console.error(error);
  }
  const seen = existsSync(rows) ? (JSON.parse(readFileSync(rows, 'utf8')) as Row[]) : [];
  const kubernetes = cluster.exists ? cluster.release.version : '';
  if (!passed && cluster.exists) await tellTrouble();
  await leave();
  if (seen.length > 0) console.log(`\n${tableOf(seen)}`);
  console.log(`\n${sumOf(seen, seconds(), kubernetes)}`);
  return passed ? 0 : 1;
}

/** Brings everything up: what does not need each other, side by side. */
async function prepare(): Promise<void> {
  const archive = join(cluster.folder, 'ds-injector.tar');
  const made = run('npm', ['run', '-s', 'image', '--', archive]);
  // An error of one waits until it is asked for, and must not end the process before.
  made.catch(() => undefined);
  const helm = helmProgram();
  helm.catch(() => undefined);
  await up({});
  say(`Kubernetes ${cluster.release.version} is up`);
  await made;
  await importInto('worker', archive);
  rmSync(archive);
  say('the image is on the worker node');
  await helm;
  if (values.keep) await removeThemes();
  await install(...VALUES);
  say('the chart is installed');
}

/** What differs from the chart's defaults: certificates that live for minutes, so that a test sees them replaced. */
const VALUES = ['--set=certificates.self.caLifetime=3m', '--set=certificates.self.leafLifetime=1m'];

/** What an earlier run left in a cluster that was kept. */
async function removeThemes(): Promise<void> {
  await kubectl(['delete', 'namespaces', '-l', 'e2e-theme', '--timeout=120s']);
}

async function runTests(rows: string): Promise<boolean> {
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--config', 'test/e2e/vitest.config.ts', '--reporter=default'];
  const child = spawn(
    process.execPath,
    [vitest, ...args, '--reporter=./test/e2e/reporter.ts', ...positionals],
    { stdio: 'inherit', env: { ...process.env, PATH, E2E_ROWS: rows } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

async function leave(): Promise<void> {
  if (!cluster.exists) return;
  if (values.keep) {
    console.log('\nthe cluster is left up; "npm run cluster -- down" ends it');
    return;
  }
  await takeDown(cluster);
  say('the cluster is gone');
}

async function giveUp(): Promise<never> {
  await leave();
  process.exit(130);
}
