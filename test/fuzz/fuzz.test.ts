import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { inject } from '../../src/core/engine.js';
import type { Operation } from '../../src/core/patch/operation.js';
import { aDaemonSet, aPod, settings, superNode, worldOf } from '../support/builders.js';
import { expectLawfulOutcome } from '../support/laws.js';
import { aReview } from '../support/review.js';
import { CANARY } from './canary.js';
import { loadCorpus } from './corpus.js';
import { judge } from './judge.js';
import { known } from './known.js';
import { reduced, signatureOf } from './reduce.js';
import { makeRound, worldFrom, type FuzzCase } from './rounds.js';
import { Session, type Counterexample } from './session.js';
import { Webhook } from './webhook.js';

/** A number that takes some seconds, and always the same cases; `npm run fuzz` takes others by the million. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 1500);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

const main = join(import.meta.dirname, 'main.ts');
const corpus = loadCorpus(SEED);

describe('for fuzzed reviews in fuzzed Worlds', () => {
  const session = new Session(SEED, corpus);
  const found: Counterexample[] = [];

  beforeAll(
    () => {
      for (let round = 0; session.cases < CASES; round += 1) {
        session.run(round, (counterexample) => {
          if (!known.has(signatureOf(counterexample) ?? '')) found.push(counterexample);
        });
      }
    },
    60_000 + CASES * 100,
  );

  it('no law is broken', () => {
    const [first] = found;
    expect(first && { detail: first.detail, ...reduced(first.one) }).toBeUndefined();
  });

  it('metrics tell no secret', async () => {
    await expect(session.expectSilentMetrics()).resolves.toBeUndefined();
  });

  it('many outcomes are reached, and some cases are asked again', () => {
    expect(Object.keys(session.totals)).toEqual(
      expect.arrayContaining(['injected', 'no_daemonset', 'malformed_pod', 'invalid_json']),
    );
    expect(session.totals['injected']).toBeGreaterThan(session.cases / 20);
    expect(session.replays).toBeGreaterThan(session.cases / 20);
  });

  it('a round follows from its seed and number alone', () => {
    const round = makeRound(SEED, 7, corpus);
    makeRound(SEED, 8, corpus);
    expect(makeRound(SEED, 7, corpus)).toEqual(round);
    expect(makeRound(SEED + 1, 7, corpus)).not.toEqual(round);
  });
});

describe('the laws tell', () => {
  const world = worldOf([superNode(), aDaemonSet()]);
  const request = { pod: aPod(), namespace: 'default' };
  const outcome = inject(request, world, settings());
  const judged = (more: readonly Operation[]) => () =>
    expectLawfulOutcome(
      { ...outcome, operations: [...outcome.operations, ...more] },
      request,
      world,
      settings(),
    );

  it('nothing of what the engine does', () => {
    expect(judged([])).not.toThrow();
  });

  it.each<readonly [string, Operation]>([
    ['every other field stays', { op: 'add', path: '/spec/hostPID', value: true }],
    ['every other field stays', { op: 'add', path: '/spec/serviceAccountName', value: 'admin' }],
    ['containers that came stay', { op: 'replace', path: '/spec/containers/0/image', value: 'x' }],
    [
      'is privileged',
      { op: 'add', path: '/spec/containers/1/securityContext', value: { privileged: true } },
    ],
    [
      'host port',
      { op: 'add', path: '/spec/containers/1/ports', value: [{ containerPort: 1, hostPort: 1 }] },
    ],
    ["workload's token", { op: 'replace', path: '/spec/containers/1/volumeMounts', value: [] }],
    ['volume of each mount', { op: 'remove', path: '/spec/volumes/0' }],
    [
      'no volume of the host',
      { op: 'add', path: '/spec/volumes/-', value: { name: 'x', hostPath: { path: '/' } } },
    ],
    ['no name twice', { op: 'add', path: '/spec/containers/-', value: { name: 'app' } }],
    ['second pass', { op: 'remove', path: '/metadata/annotations/ds-injector.io~1record' }],
    ['not a valid pointer', { op: 'remove', path: '/spec/volumes/00' }],
  ])('%s', (law, operation) => {
    expect(judged([operation])).toThrow(law);
  });
});

describe('a fault', () => {
  const objects = [superNode(), aDaemonSet()];
  const caseOf = (pod: unknown): FuzzCase => ({
    objects,
    settings: settings(),
    body: Buffer.from(JSON.stringify(aReview({ object: pod }))),
    ofBytes: false,
  });
  const ask = (one: FuzzCase) => () => judge(one, worldFrom(one.objects), new Webhook());

  it('in the log is found: a secret where only names belong', () => {
    expect(ask(caseOf(aPod({ metadata: { name: CANARY } })))).toThrow('no secret in the log');
  });

  it('is written to a file that can be replayed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ds-injector-fuzz-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'counterexample.json');
    await writeFile(file, JSON.stringify(reduced(caseOf(aPod({ metadata: { name: CANARY } })))));
    const { code, stdout } = await command('--replay', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^no secret in the log/);
  });

  it('is written down without what has nothing to do with it', () => {
    const { world, review } = reduced(caseOf(aPod({ metadata: { name: CANARY } })));
    expect(world).toEqual([]);
    expect(review).toMatchObject({ request: { object: { metadata: { name: CANARY } } } });
    expect(JSON.stringify(review)).not.toContain('tolerations');
  });
});

it('a session goes on from a round of its seed, and its last line counts what was seen', async () => {
  const { code, stdout } = await command('45', '--seed', String(SEED), '--from', '2');
  expect(code).toBe(0);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  expect(last).toMatch(/^FUZZ /);
  const session = new Session(SEED, corpus);
  for (const round of [2, 3, 4]) session.run(round, () => undefined);
  expect(JSON.parse(last.slice('FUZZ '.length))).toMatchObject({
    seed: SEED,
    from: 2,
    to: 5,
    cases: 45,
    totals: session.totals,
    broken: {},
  });
});

/** The program of the nightly mode, as `npm run fuzz` starts it. */
async function command(...args: readonly string[]): Promise<{ code: number; stdout: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout };
}
