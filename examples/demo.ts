/**
 * The main job on one machine: the real server answers the reviews that an API server would send for the pods of
 * examples/workloads, on a cluster as examples/world describes it.
 *
 *   npm run demo              prints what was decided for each pod, and ends
 *   npm run demo -- --keep    goes on serving, and prints a curl line to try
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { podOf } from '../src/cli/templates.js';
import { readManifests } from '../src/standalone/manifests.js';
import { reviewOf, sendReview } from './review.js';
import { reportOn } from './report.js';
import { startServer } from './server.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const keep = process.argv.includes('--keep');
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const folder = mkdtempSync(join(tmpdir(), 'ds-injector-demo-'));
const server = await startServer({ world: join(here, 'world'), certDir: join(folder, 'certs') });
try {
  await run();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  say(`ds-injector serve --world examples/world   (https://localhost:${server.port}/mutate)\n`);
  const { manifests } = await readManifests([join(here, 'workloads')], () => Promise.resolve(''));
  const ca = readFileSync(join(folder, 'certs', 'ca.crt'), 'utf8');
  const totals = { inject: 0, skip: 0 };
  let sample = '';
  for (const { object } of manifests) {
    const pod = podOf(object);
    if (pod === undefined) continue;
    const review = reviewOf(pod.request);
    const response = await sendReview(review, { port: server.port, ca });
    totals[response.auditAnnotations.decision] += 1;
    if (pod.name === 'client') sample = JSON.stringify(review);
    for (const line of reportOn(pod, response)) say(line);
  }
  say(`${totals.inject} pods injected, ${totals.skip} left alone, none refused.`);
  if (keep) await keepServing(sample);
}

async function keepServing(sample: string): Promise<void> {
  const review = join(folder, 'review.json');
  writeFileSync(review, sample);
  say('\nStill serving; Ctrl-C ends it. Try:');
  say(
    `  curl -s --cacert ${join(folder, 'certs', 'ca.crt')} -H 'content-type: application/json' \\\n` +
      `    -d @${review} https://localhost:${server.port}/mutate`,
  );
  say(`  curl -s http://localhost:${server.opsPort}/metrics | grep ds_injector_reviews_total`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}
