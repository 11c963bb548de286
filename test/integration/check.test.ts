import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../support/api-server/api-server.js';
import { startCluster } from '../support/check/double.js';

/** The built program; `npm test` builds it first. */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let api: ApiServer;
let dir = '';
let kubeconfig = '';

beforeAll(async () => {
  // The process goes by the clock of the machine, and believes the API server's.
  api = await startCluster({ installed: true });
  dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  kubeconfig = join(dir, 'kubeconfig');
  api.writeKubeconfig(kubeconfig);
});
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true });
});

async function check(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, 'check', ...args], {
    env: { PATH: process.env['PATH'], HOME: dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

describe('node dist/main.js check', () => {
  it.each<[string, readonly string[], () => Readonly<Record<string, string>>]>([
    ['--kubeconfig', ['--kubeconfig', 'kubeconfig'], () => ({})],
    ['KUBECONFIG', [], () => ({ KUBECONFIG: kubeconfig })],
    ['KUBECONFIG in a pod', [], () => ({ KUBECONFIG: kubeconfig, KUBERNETES_SERVICE_HOST: '::1' })],
  ])('finds its cluster by %s, and ends', async (_, args, env) => {
    const given = args.map((arg) => (arg === 'kubeconfig' ? kubeconfig : arg));
    const { code, stdout, stderr } = await check(['-o', 'json', ...given], env());
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { user: string; findings: readonly { code: string }[] };
    expect(report.user).toBe('alice');
    expect(report.findings.map((one) => one.code)).toContain('trial_injected');
    expect(code).toBe(0);
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['a context that there is not', ['--context', 'x'], {}, /no context x, only: double/],
    ['a file that there is not', ['--kubeconfig', 'nowhere'], {}, /ENOENT.*nowhere/],
    ['no kubeconfig', [], { KUBECONFIG: '' }, /there is no kubeconfig/],
    [
      'a pod without a token',
      [],
      { KUBECONFIG: '', KUBERNETES_SERVICE_HOST: '127.0.0.1' },
      // Whichever is missed first.
      /serviceaccount\/(token|ca\.crt)/,
    ],
  ])('ends with 2 for %s, and says so', async (_, args, env, problem) => {
    const { code, stdout, stderr } = await check(args, { KUBECONFIG: kubeconfig, ...env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^ds-injector: cannot check the cluster: .*\n$/);
    expect(stderr).toMatch(problem);
  });
});
