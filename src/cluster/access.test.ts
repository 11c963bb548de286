import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '../../test/support/api-server/api-server.js';
import { issueAuthority, issueLeaf, serialOf, type Issued } from '../certs/issue.js';
import type { ApiClient } from './api.js';
import { makeClient } from './client.js';
import { connect } from './connect.js';
import { inClusterAccess } from './in-cluster.js';

interface Tls {
  readonly authority: Issued;
  readonly leaf: Issued;
}
async function someTls(): Promise<Tls> {
  const stamp = (serial: number) => ({
    now: Date.now(),
    serial: serialOf(new Uint8Array(16).fill(serial)),
  });
  const authority = await issueAuthority(stamp(1));
  return { authority, leaf: await issueLeaf(authority, ['127.0.0.1'], stamp(2)) };
}

let dir = '';
let api: ApiServer | undefined;
let client: ApiClient | undefined;
let tls: Tls;
const at = (name: string): string => join(dir, name);
const version = (): Promise<unknown> | undefined =>
  client?.request({ method: 'GET', path: '/version' });
const causeOf = async (): Promise<unknown> =>
  version()?.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => String((error as Error).cause),
  );

beforeAll(async () => {
  tls = await someTls();
  // It is large: the first import takes seconds on a busy machine.
  await import('@kubernetes/client-node');
}, 60_000);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ds-injector-'));
});
afterEach(async () => {
  client?.close();
  await api?.close();
  client = api = undefined;
  rmSync(dir, { recursive: true });
});

describe('the access of a pod', () => {
  const start = async (): Promise<void> => {
    api = await startApiServer({ tls: tls.leaf, tokens: new Set(['one']) });
    writeFileSync(at('token'), 'one\n');
    writeFileSync(at('ca.crt'), tls.authority.cert);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(api.port) };
    client = makeClient(inClusterAccess(env, dir), { userAgent: 'test' });
  };

  it('is the token of its ServiceAccount and the CA beside it', async () => {
    await start();
    expect(await version()).toMatchObject({ gitVersion: 'v1.36.3' });
    expect(api?.calls[0]?.authorization).toBe('Bearer one');
  });

  it('follows the token, on the connection that there is', async () => {
    await start();
    await version();
    writeFileSync(at('token'), 'two');
    expect(await version()?.catch(String)).toContain('cannot get /version: Unauthorized (401');
    writeFileSync(at('token'), 'one');
    await version();
    expect(api?.connections()).toBe(1);
  });

  it('follows the CA', async () => {
    await start();
    const other = await someTls();
    writeFileSync(at('ca.crt'), other.authority.cert);
    expect(await causeOf()).toMatch(/certificate/);
    writeFileSync(at('ca.crt'), tls.authority.cert);
    await version();
  });

  it('says what is missing', async () => {
    await start();
    rmSync(at('token'));
    expect(await causeOf()).toMatch(/ENOENT.*token/);
    expect(() => inClusterAccess({})).toThrow('KUBERNETES_SERVICE_HOST is not set');
  });

  it('knows addresses of IPv6', () => {
    const { server } = inClusterAccess({ KUBERNETES_SERVICE_HOST: 'fd00::1' });
    expect(server.href).toBe('https://[fd00::1]/');
  });
});

describe('the access of a kubeconfig', () => {
  const open = async (given: { file?: string; context?: string } = {}): Promise<void> => {
    const options = { from: 'kubeconfig', userAgent: 'test', env: { HOME: dir } } as const;
    client = await connect({ ...options, file: at('config'), ...given });
  };

  it('is its token', async () => {
    api = await startApiServer({ tls: tls.leaf, tokens: new Set(['mine']) });
    api.writeKubeconfig(at('config'), 'mine');
    await open();
    for (let n = 0; n < 3; n += 1) await version();
    expect(api.connections()).toBe(1);
  });

  it('is what a plugin says', async () => {
    api = await startApiServer({ tls: tls.leaf, tokens: new Set(['made']) });
    const status = { token: 'made', expirationTimestamp: '2999-01-01T00:00:00Z' };
    const apiVersion = 'client.authentication.k8s.io/v1';
    const credential = { apiVersion, kind: 'ExecCredential', status };
    writeFileSync(at('plugin'), `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    chmodSync(at('plugin'), 0o755);
    const ca = Buffer.from(tls.authority.cert).toString('base64');
    const cluster = { server: api.url, 'certificate-authority-data': ca };
    const config = {
      'current-context': 'c',
      clusters: [{ name: 'k', cluster }],
      users: [{ name: 'u', user: { exec: { apiVersion, command: at('plugin') } } }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    };
    writeFileSync(at('config'), JSON.stringify(config));
    await open();
    expect(await version()).toBeDefined();
  });

  it.each([
    ['there is none', undefined, {}, /ENOENT/],
    ['it is no YAML', '{', {}, /flow collection|unexpected end/],
    ['it is empty', '{}', {}, /has no context undefined, only: /],
    ['it lacks the context', 'double', { context: 'x' }, /has no context x, only: double/],
  ])('is refused when %s', async (_, content, given, message) => {
    api = await startApiServer();
    if (content === 'double') api.writeKubeconfig(at('config'));
    else if (content !== undefined) writeFileSync(at('config'), content);
    await expect(open(given)).rejects.toThrow(message);
  });

  it('is looked for where kubectl looks, and nowhere else', async () => {
    const options = { from: 'kubeconfig', userAgent: 'test', env: { HOME: dir } } as const;
    await expect(connect(options)).rejects.toThrow(`there is no kubeconfig`);
  });
});
