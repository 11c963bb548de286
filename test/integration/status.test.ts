import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiServer } from '../support/api-server/api-server.js';
import { startCluster } from '../support/check/double.js';

/** The built program; `npm test` builds it first. */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let api: ApiServer;
let dir = '';

beforeAll(async () => {
  api = await startCluster({ installed: true });
  dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  api.writeKubeconfig(join(dir, 'kubeconfig'));
});
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true });
});

const start = (...args: readonly string[]) =>
  spawn(
    process.execPath,
    [MAIN, 'status', '--kubeconfig', join(dir, 'kubeconfig'), '-o', 'json', ...args],
    { env: { PATH: process.env['PATH'], HOME: dir }, stdio: ['ignore', 'pipe', 'pipe'] },
  );

it('node dist/main.js status tells, and ends', async () => {
  const child = start();
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    daemonSets: [{ name: 'agent', nodes: [{ node: 'super', injected: 0 }] }],
  });
});

it.each(['SIGINT', 'SIGTERM'] as const)('--watch ends well with %s', async (signal) => {
  const child = start('--watch');
  const ended = once(child, 'close') as Promise<[number | null]>;
  await once(child.stdout, 'data');
  // It watches from then on; a signal before that would be nobody's.
  await expect.poll(() => api.watches.count('pods'), { timeout: 20_000 }).toBe(1);
  child.kill(signal);
  expect((await ended)[0]).toBe(0);
  await expect.poll(() => api.watches.count(), { timeout: 20_000 }).toBe(0);
});
