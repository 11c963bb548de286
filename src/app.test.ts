import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeApp, type App } from './app.js';
import { load } from './config/load.js';
import { settingsOf } from './config/settings.js';

describe('makeApp', () => {
  let dir = '';
  let lines: Record<string, unknown>[] = [];
  const at = (name: string): string => join(dir, name);

  const appWith = (flags: Record<string, string> = {}): App => {
    const given = {
      world: at('w.yaml'),
      certDir: at('certs'),
      port: '0',
      opsPort: '0',
      listenAddress: '127.0.0.1',
    };
    const { config } = load({ flags: { ...given, ...flags }, env: {}, readFile: () => '' });
    return makeApp({
      config,
      settings: settingsOf(config, [], []),
      engine: () => {
        throw new Error('not asked');
      },
      version: '1',
      inCluster: false,
      out: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
    });
  };
  const messages = (): unknown[] => lines.map(({ msg }) => msg);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    await writeFile(at('w.yaml'), 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n');
    lines = [];
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('serves between start and stop, and says where', async () => {
    const app = appWith();
    const { webhook, ops } = await app.start();
    const page = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${ops?.port ?? 0}${path}`)).text();
    expect(lines.at(-1)).toMatchObject({
      msg: 'listening',
      port: webhook.port,
      opsPort: ops?.port,
    });
    expect(await page('/readyz')).toBe('ok\n');
    expect(await page('/metrics')).toContain('ds_injector_world_objects{kind="Node"} 1');
    expect(await page('/metrics')).toMatch(/certificate_expiry_timestamp_seconds 1?\d{9,}/);
    await app.stop();
    expect(messages().slice(-2)).toEqual(['stopping', 'stopped']);
    await expect(page('/readyz')).rejects.toThrow();
  });

  it('needs no second port', async () => {
    const app = appWith({ opsPort: 'off' });
    expect((await app.start()).ops).toBeUndefined();
    await app.stop();
  });

  it.each([
    ['a World that cannot be read', { world: '/nowhere' }, '/nowhere: no such file or folder'],
    [
      'a certificate that is not there',
      { tlsCert: '/none', tlsKey: '/none' },
      '/none does not exist',
    ],
  ])('does not start with %s', async (_, flags: Record<string, string>, message) => {
    await expect(appWith(flags).start()).rejects.toThrow(message);
  });

  it('does not start on a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) =>
      other.listen(0, '127.0.0.1', () => {
        resolve();
      }),
    );
    const { port } = other.address() as AddressInfo;
    await expect(appWith({ port: String(port) }).start()).rejects.toThrow(
      `listening on 127.0.0.1:${port}`,
    );
    expect(messages()).not.toContain('listening');
    await new Promise((resolve) => other.close(resolve));
  });
});
