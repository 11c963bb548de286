import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { aDaemonSet, aPod, realNode, superNode } from '../support/builders.js';
import { aReview } from '../support/review.js';
import { getPage, postReview, type Answer } from './support/client.js';
import { kill, startServe, type Running } from './support/process.js';

const BODY = aReview({ object: aPod() });
const BUSY = { timeout: 20_000, interval: 20 };

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

let dir = '';
let api: ApiServer;
let running: Running | undefined;

/** Starts the program with a kubeconfig for the double. */
async function start(...flags: string[]): Promise<Running> {
  api.writeKubeconfig(join(dir, 'kubeconfig'));
  const cluster = ['--cluster', 'kubeconfig', '--kubeconfig', join(dir, 'kubeconfig')];
  running = await startServe([...cluster, '--cert-dir', join(dir, 'certs'), ...flags]);
  return running;
}
async function ready({ ops }: Running): Promise<Answer> {
  return getPage(ops, '/readyz');
}
const untilReady = (process: Running): Promise<void> =>
  vi.waitFor(async () => {
    expect((await ready(process)).body).toBe('ok\n');
  }, BUSY);
async function review({ webhook }: Running): Promise<Answer> {
  return postReview(webhook, BODY, { ca: await readFile(join(dir, 'certs/ca.crt')) });
}
/** The images that a review adds. */
async function added(process: Running): Promise<string[]> {
  const { response } = JSON.parse((await review(process)).body) as { response: { patch?: string } };
  const patch = Buffer.from(response.patch ?? '', 'base64').toString();
  return [...patch.matchAll(/"image":"([^"]*)"/g)].map(([, image = '']) => image);
}
const untilAdded = (process: Running, ...images: string[]): Promise<void> =>
  vi.waitFor(async () => {
    expect(await added(process)).toEqual(images);
  }, BUSY);
const anAgent = (image: string) =>
  aDaemonSet({ spec: { template: { spec: { containers: [{ name: 'agent', image }] } } } });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
});
beforeEach(async () => {
  api = await startApiServer();
  api.store.put(superNode(), anAgent('agent:1'));
});
afterEach(async () => {
  await kill(running?.child);
  await api.close();
});
afterAll(() => rm(dir, { recursive: true }));

describe('serve in a cluster', () => {
  it('answers from what it has read, follows the changes, and asks nothing in a review', async () => {
    const process = await start();
    await untilReady(process);
    const calls = api.calls.length;
    for (let n = 0; n < 50; n += 1) expect(await added(process)).toEqual(['agent:1']);
    expect(api.calls).toHaveLength(calls);
    api.store.put(anAgent('agent:2'));
    await untilAdded(process, 'agent:2');
    api.store.drop(superNode());
    api.store.put(realNode());
    await untilAdded(process);
  });

  it('is the user of the kubeconfig, and calls itself by its name and version', async () => {
    await untilReady(await start());
    const callers = api.calls.map(
      ({ authorization, userAgent }) => `${authorization} ${userAgent}`,
    );
    expect(new Set(callers)).toEqual(new Set([`Bearer token ds-injector/${version}`]));
  });

  it('makes pods for the version that the API server has', async () => {
    await api.close();
    api = await startApiServer({ version: 'v1.28.15', store: api.store });
    const process = await start();
    await untilReady(process);
    const { log } = process;
    const line = await log.line(({ msg }) => msg === 'version of the API server');
    expect(line['kubernetesVersion']).toBe('1.28');
  });

  it('does not ask for a version that it was told', async () => {
    await untilReady(await start('--kubernetes-version', '1.30'));
    expect(api.calls.map(({ path }) => path)).not.toContain('/version');
  });

  it('ends its watches with itself', async () => {
    const process = await start();
    await untilReady(process);
    process.child.kill('SIGTERM');
    expect(await process.ended).toBe(0);
    await vi.waitFor(() => {
      expect(api.watches.count()).toBe(0);
    });
  });

  it('shows in metrics what its watches do and what it has', async () => {
    const process = await start();
    await untilReady(process);
    await vi.waitFor(async () => {
      const { body } = await getPage(process.ops, '/metrics');
      expect(body).toContain('ds_injector_watch_state{kind="Node",state="watching"} 1');
      expect(body).toContain('ds_injector_watch_state{kind="Node",state="listing"} 0');
      expect(body).toContain('ds_injector_world_objects{kind="DaemonSet"} 1');
      expect(body).toContain('ds_injector_world_objects{kind="Pod"} 0');
      expect(body).toMatch(/ds_injector_watch_heard_timestamp_seconds\{kind="Node"\} \d+/);
    });
    api.watches.cut('nodes');
    await vi.waitFor(async () => {
      const { body } = await getPage(process.ops, '/metrics');
      expect(body).toContain('watch_restarts_total{kind="Node",cause="unreachable"} 1');
    });
  });
});

describe('serve in a cluster that it cannot read', () => {
  it('lives, says of every kind that it is not known, and refuses reviews', async () => {
    const { port, store } = api;
    await api.close();
    const process = await start();
    await vi.waitFor(async () => {
      const { status, body } = await ready(process);
      expect(status).toBe(503);
      expect(body.match(/ECONNREFUSED/g)).toHaveLength(7);
    }, BUSY);
    expect(await review(process)).toMatchObject({ status: 503 });
    expect((await getPage(process.ops, '/healthz')).status).toBe(200);
    const { body } = await getPage(process.ops, '/metrics');
    expect(body).toContain('malformed_reviews_total{problem="not_synced"} 1');
    api = await startApiServer({ port, store });
    await untilReady(process);
    expect(await added(process)).toEqual(['agent:1']);
  });

  it('names the verb that it lacks, and needs no restart when it gets it', async () => {
    const fault = api.fault({ path: 'nodes', what: { status: 403, reason: 'Forbidden' } });
    const process = await start();
    const words = 'cannot list nodes: told to refuse with 403 (403 Forbidden)';
    await vi.waitFor(async () => {
      expect((await ready(process)).body).toBe(`nodes: forbidden, ${words}\n`);
    }, BUSY);
    await process.log.line(
      ({ msg, problem }) => msg.startsWith('watch failed') && problem === words,
    );
    fault.end();
    await untilReady(process);
  });

  it('goes on with what it has when the API server goes away, and says so once', async () => {
    const process = await start();
    await untilReady(process);
    const { port, store } = api;
    await api.close();
    const failed = ({ msg, kind }: { msg: string; [field: string]: unknown }): boolean =>
      msg === 'watch failed, trying again' && kind === 'Node';
    await process.log.line(failed);
    expect(await added(process)).toEqual(['agent:1']);
    expect((await ready(process)).status).toBe(200);
    store.put(anAgent('agent:2'));
    api = await startApiServer({ port, store });
    await untilAdded(process, 'agent:2');
    const problems = process.log
      .lines()
      .filter(failed)
      .map(({ problem }) => problem);
    expect(new Set(problems).size).toBe(problems.length);
  });

  it('reads anew what it has missed for too long', async () => {
    const process = await start();
    await untilReady(process);
    const hold = api.fault({ verb: 'watch', what: 'reset' });
    api.watches.cut();
    api.store.put(anAgent('agent:3'));
    api.store.compact();
    hold.end();
    await untilAdded(process, 'agent:3');
  });

  it('survives what no API server should send', async () => {
    const hostile = [
      ...['null', '7', '"text"', '[]', '{}', '{"metadata":7}', '{"metadata":{"name":7}}'],
      '{"kind":"DaemonSet","metadata":{"name":"a","labels":[],"annotations":7,"ownerReferences":{}}}',
      '{"kind":"DaemonSet","metadata":{"name":"b"},"spec":{"template":[]}}',
      `{"kind":"DaemonSet","metadata":{"name":"c"},"spec":${'['.repeat(9999)}${']'.repeat(9999)}}`,
      '{"kind":"DaemonSet","metadata":{"name":"__proto__","namespace":"__proto__"},"spec":{"__proto__":{}}}',
    ];
    const process = await start();
    await untilReady(process);
    const watched = ['daemonsets', 'nodes', 'namespaces', 'controllerrevisions', 'pods'];
    for (const plural of watched) {
      for (const text of hostile) {
        api.watches.write(plural, `{"type":"ADDED","object":${text}}\n`);
      }
    }
    api.store.put(anAgent('agent:4'));
    await untilAdded(process, 'agent:4');
    expect(process.child.exitCode).toBeNull();
  });
});
