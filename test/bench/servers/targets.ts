import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import { postReview } from '../../integration/support/client.js';
import { expectInjection, expectPatch, expectSame, type Expected } from '../check.js';
import { reviewsOf } from '../cluster/workloads.js';
import { listOf } from '../cluster/world.js';
import type { Sample } from '../load/messages.js';
import type { CertificateFiles } from './certificate.js';
import { startProcess, type Running } from './process.js';

/** A server that is measured. */
export interface Target extends Running {
  readonly name: string;
  /** The path for reviews of a size. */
  path(size: number): string;
  /** @throws unless the answer to a review of this size is the one that the server gave first. */
  check(sample: Sample, size: number): void;
}

/** What is the same for all servers of a run. */
export interface Setting {
  /** A folder for files. */
  readonly folder: string;
  readonly certificate: CertificateFiles;
  readonly sizes: readonly number[];
  readonly workloads: number;
}

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const RAW = fileURLToPath(new URL('raw-server.mjs', import.meta.url));

/** A server that injects; each of its patches has been looked at. */
export interface Injecting extends Target {
  /** For each size the answers to its reviews. */
  readonly expected: ReadonlyMap<number, readonly Expected[]>;
}

/** Starts the injector as an operator would, with everything on that is on by default. */
export async function startOurs(
  name: string,
  world: readonly KubernetesObject[],
  setting: Setting,
): Promise<Injecting> {
  const { folder, certificate } = setting;
  const file = join(folder, `${name.replace('/', '-')}.json`);
  writeFileSync(file, JSON.stringify(listOf(world)));
  const running = await startProcess(process.execPath, [
    ...[MAIN, 'serve', '--world', file],
    ...['--listen-address', '127.0.0.1', '--port', '0', '--ops-port', '0'],
    ...['--tls-cert', certificate.cert, '--tls-key', certificate.key, '--log-level', 'info'],
  ]);
  return injecting(name, running, setting);
}

/** Starts the webhook in Go. @param program from `buildGo()`. */
export async function startGo(program: string, setting: Setting): Promise<Injecting> {
  const { cert, key } = setting.certificate;
  return injecting('go', await startProcess(program, [cert, key]), setting);
}

/**
 * Starts the server that decides nothing.
 *
 * @param model whose patches it gives: for each size the one for the first review.
 */
export async function startRaw(model: Injecting, setting: Setting): Promise<Target> {
  const { folder, certificate, sizes } = setting;
  const patches = new Map(sizes.map((size) => [size, model.expected.get(size)?.[0]?.patch ?? '']));
  const path = (size: number): string => `/mutate/${size}`;
  const file = join(folder, 'patches.json');
  const answers = [...patches].map(([size, patch]) => [path(size), patch]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(answers)));
  const args = [RAW, certificate.cert, certificate.key, file];
  return {
    ...(await startProcess(process.execPath, args)),
    name: 'raw',
    path,
    check: (sample, size) => {
      expectPatch(sample, patches.get(size) ?? '');
    },
  };
}

/** Sends every review once, and holds later answers against the first ones. */
async function injecting(name: string, running: Running, setting: Setting): Promise<Injecting> {
  const { sizes, workloads } = setting;
  const expected = new Map<number, readonly Expected[]>();
  for (const size of sizes) expected.set(size, await firstAnswers(name, running, size, workloads));
  return {
    ...running,
    name,
    path: () => '/mutate',
    expected,
    check: (sample, size) => {
      const first = expected.get(size)?.[sample.workload];
      const review = reviewsOf(size, workloads)[sample.workload];
      if (first && review) expectSame(sample, review, first);
    },
  };
}

async function firstAnswers(
  name: string,
  { port }: Running,
  size: number,
  workloads: number,
): Promise<readonly Expected[]> {
  const answers: Expected[] = [];
  for (const review of reviewsOf(size, workloads)) {
    const address = { host: '127.0.0.1', port };
    const { status, body } = await postReview(address, review, { rejectUnauthorized: false });
    if (status !== 200) throw new Error(`${name} answers with status ${status}: ${body}`);
    try {
      answers.push(expectInjection(body, review));
    } catch (error) {
      throw new Error(`${name} does not inject as expected`, { cause: error });
    }
  }
  return answers;
}
