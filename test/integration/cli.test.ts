import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The built program; `npm test` builds it first. */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const NODE = 'apiVersion: v1\nkind: Node\nmetadata: {name: real}\n';
const POD =
  '# mine\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: b}]}\n';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const start = (args: readonly string[], cwd: string): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env['PATH'] } });

function finished(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, stdout: out.join(''), stderr: err.join('') });
    });
  });
}

describe('node dist/main.js', () => {
  let dir = '';
  const runWith = (args: readonly string[], stdin = ''): Promise<Ran> => {
    const child = start(args, dir);
    const ran = finished(child);
    child.stdin.on('error', () => undefined).end(stdin);
    return ran;
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    await writeFile(join(dir, 'w.yaml'), NODE);
    await writeFile(join(dir, 'bad1.yaml'), 'a: [\n');
    await writeFile(join(dir, 'bad2.json'), '{"kind": "Pod"}');
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('prints help that suffices', async () => {
    const { code, stdout } = await runWith(['inject', '--help']);
    expect(code).toBe(0);
    for (const part of ['--world', 'DS_INJECTOR_MIXED', 'Examples:', 'Exit codes:'])
      expect(stdout).toContain(part);
  });

  it('ends with 2 without a command', async () => {
    expect((await runWith([])).code).toBe(2);
  });

  it('reads standard input and leaves alone what is not injected', async () => {
    const ran = await runWith(['inject', '--world', 'w.yaml', '-f', '-'], POD);
    expect(ran).toMatchObject({ code: 0, stdout: POD });
    expect(ran.stderr).toMatch(/^Pod default\/p: skipped, no_virtual_node: .*\n$/);
  });

  it('explains without colours in a pipe', async () => {
    const { code, stdout } = await runWith(['explain', '--world', 'w.yaml', '-f', '-'], POD);
    expect(code).toBe(0);
    expect(stdout).toContain('no_virtual_node');
    expect(stdout).not.toContain('\u001b');
  });

  it('reports two broken files at once', async () => {
    const { code, stdout, stderr } = await runWith([
      'inject',
      '--world',
      'bad1.yaml',
      '-f',
      'bad2.json',
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^ds-injector: bad1\.yaml:2 \(document 1\): .*\nds-injector: bad2\.json:1 \(document 1\): the object has no apiVersion\n$/,
    );
  });

  it('writes a large output to a slow pipe to its end', async () => {
    const documents = Array.from({ length: 3000 }, (_, n) =>
      POD.replace('{name: p}', `{name: p${n}}`),
    ).join('---\n');
    const { stdout } = await runWith(['inject', '--world', 'w.yaml', '-f', '-'], documents);
    expect(stdout.length).toBe(documents.length);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'serves until %s and then ends with 0',
    async (signal) => {
      const child = start(['serve', '--world', 'w.yaml', '--port', '0', '--ops-port', '0'], dir);
      const ran = finished(child);
      const { opsPort } = await listening(child);
      expect(await (await fetch(`http://127.0.0.1:${opsPort}/healthz`)).text()).toBe('ok\n');
      child.kill(signal);
      expect(await ran).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it.each([
    ['an unreadable World', ['--world', 'none'], 2, 'none: no such file or folder'],
    ['no World', [], 2, 'there is no World'],
    ['two Worlds', ['--world', 'w.yaml', '--cluster', 'in-cluster'], 2, '--world or --cluster'],
    ['a context of no cluster', ['--context', 'c'], 2, 'need --cluster kubeconfig'],
    ['a cluster of which it is no pod', ['--cluster', 'in-cluster'], 2, 'this is not a pod'],
    [
      'a kubeconfig that is not there',
      ['--cluster', 'kubeconfig', '--kubeconfig', 'none'],
      2,
      'cannot connect with the cluster: ENOENT',
    ],
    [
      'a broken certificate',
      ['--world', 'w.yaml', '--tls-cert', 'w.yaml', '--tls-key', 'w.yaml'],
      2,
      'no certificate in PEM',
    ],
    [
      'an address that is not ours',
      ['--world', 'w.yaml', '--listen-address', '192.0.2.1'],
      1,
      'listening on 192.0.2.1',
    ],
  ])('does not serve with %s', async (_, args, code, message) => {
    const ran = await runWith(['serve', '--port', '0', '--ops-port', 'off', ...args]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

/** Waits for the log line that says where the server listens. */
function listening(
  child: ChildProcessWithoutNullStreams,
): Promise<{ port: number; opsPort: number }> {
  let seen = '';
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      reject(new Error(`ended before it listened: ${seen}`));
    });
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      const line = seen.split('\n').find((text) => text.includes('"listening"'));
      if (line !== undefined) resolve(JSON.parse(line) as { port: number; opsPort: number });
    });
  });
}
