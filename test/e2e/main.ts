/**
 * The end-to-end tests: a real cluster, the real image installed by the real chart, real containers.
 *
 *   npm run e2e                      everything, and nothing is left behind
 *   npm run e2e -- --keep            leaves the cluster up; the next run takes it as it is
 *   npm run e2e -- network order     only files whose names hold one of the words
 *   npm run e2e -- --kubernetes 1.28 what there is to see on the oldest release that is supported
 *
 * Prints a table, and a last line `E2E {…}` for programs; ends with 1 if a test failed. Where the machine cannot run it, it
 * says `SKIP e2e:` and why, and ends with 0.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { releaseOf } from '../cluster/releases.js';
import { unshown } from '../support/proof.js';
import type { Row } from './reporter.js';
import { begin, end, runTests, type Options } from './session.js';
import { reasonToSkip } from './skip.js';
import { cluster } from './support/kubectl.js';
import { sumOf, tableOf } from './table.js';
import { tellTrouble } from './trouble.js';

const { values, positionals } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    kubernetes: { type: 'string', default: releaseOf().minor },
  },
  allowPositionals: true,
});
const release = releaseOf(values.kubernetes);
const options: Options = { kubernetes: release.minor, filters: positionals, keep: values.keep };
/** What the documentation names is seen when all tests run. */
const isWhole = positionals.length === 0 && release === releaseOf();
const began = performance.now();
const seconds = (): number => (performance.now() - began) / 1000;
const say = (line: string): void => {
  console.log(`${seconds().toFixed(0).padStart(4)} s  ${line}`);
};

/** What is to be seen if the tests did not even begin. */
const notBegun: Row = {
  theme: 'cluster',
  demand: 'the cluster comes up with the injector in it',
  result: 'failed',
  seconds: 0,
  note: 'see above',
};

const reason = await reasonToSkip(release);
if (reason === undefined) process.exitCode = (await everything()) ? 0 : 1;
else console.log(`SKIP e2e: ${reason}`);

/** @returns whether all passed. */
async function everything(): Promise<boolean> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp());
  const file = join(cluster.folder, 'e2e.json');
  rmSync(file, { force: true });
  const passed = await attempt(file);
  if (!passed && cluster.exists) await tellTrouble();
  await end(options, say);
  const rows = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Row[]) : [notBegun];
  console.log(`\n${tableOf(rows)}`);
  const shown = !isWhole || isShown(rows);
  console.log(`\n${sumOf(rows, seconds(), release.version)}`);
  return passed && shown;
}

async function attempt(rows: string): Promise<boolean> {
  try {
    await begin(options, say);
    return await runTests(options, rows);
  } catch (error) {
    console.error(error);
    return false;
  }
}

/** Whether all tests passed that the documentation names. */
function isShown(rows: readonly Row[]): boolean {
  const passed = rows.filter(({ result }) => result === 'passed').map(({ demand }) => demand);
  const missing = unshown(new Set(passed));
  for (const name of missing) console.error(`docs/contract.md names "${name}", which did not pass`);
  return missing.length === 0;
}

async function giveUp(): Promise<never> {
  await end(options, say);
  process.exit(130);
}
