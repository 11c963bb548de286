import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEASES } from '../../src/cluster/resources.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { aDaemonSet, aPod, superNode } from '../support/builders.js';
import { aReview } from '../support/review.js';
import { getPage, postReview } from './support/client.js';
import { bundlesIn, configIn } from './support/handshakes.js';
import { kill, startServe, type Running } from './support/process.js';
import { emptySecret, HOST, NAMESPACE } from './support/replica.js';

const BODY = aReview({ object: aPod() });
const BUSY = { timeout: 30_000, interval: 20 };

let dir = '';
let api: ApiServer;
let running: Running[] = [];

/** Starts the program as the chart does, other than that it has a kubeconfig, and that a leader lives for seconds. */
async function start(name: string): Promise<Running> {
  const process = await startServe([
    ...['--cluster', 'kubeconfig', '--kubeconfig', join(dir, 'kubeconfig')],
    ...['--own-namespace', NAMESPACE, '--own-release', 'ds-injector', '--pod-name', name],
    ...['--lease-seconds', '3', '--renew-seconds', '2', '--retry-seconds', '1'],
  ]);
  running.push(process);
  return process;
}
const page = async ({ ops }: Running, path: string): Promise<string> =>
  (await getPage(ops, path)).body;
const untilReady = (process: Running): Promise<void> =>
  vi.waitFor(async () => {
    expect(await page(process, '/readyz')).toBe('ok\n');
  }, BUSY);
const bundle = (): string => bundlesIn(configIn(api))[0] ?? '';
/** Calls as the API server does: it trusts what is in the webhook configuration. */
const review = async ({ webhook }: Running): Promise<number> =>
  (await postReview(webhook, BODY, { ca: bundle(), servername: HOST })).status;
const untilCertified = (): Promise<void> =>
  vi.waitFor(() => {
    expect(bundle()).toContain('BEGIN CERTIFICATE');
  }, BUSY);
const leads = (process: Running) => process.log.line(({ msg }) => msg === 'leading');
const holder = (): string => {
  const { holderIdentity } = api.store.list(LEASES)[0]?.['spec'] as { holderIdentity: string };
  return holderIdentity.replace(/_[-0-9a-f]{36}$/, '');
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
});
beforeEach(async () => {
  api = await startApiServer();
  api.writeKubeconfig(join(dir, 'kubeconfig'));
  const service = { namespace: NAMESPACE, name: 'ds-injector', path: '/mutate' };
  api.store.put(emptySecret, superNode(), aDaemonSet({}), {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'ds-injector' },
    webhooks: [{ name: 'pods.ds-injector.io', clientConfig: { service } }],
  });
  running = [];
});
afterEach(async () => {
  for (const { child } of running) await kill(child);
  await api.close();
});
afterAll(() => rm(dir, { recursive: true }));

describe('replicas of serve', () => {
  it('share an authority that the API server trusts, and one of them leads', async () => {
    const [a, b] = await Promise.all([start('a'), start('b')]);
    await untilCertified();
    for (const process of [a, b]) {
      await untilReady(process);
      expect(await review(process)).toBe(200);
    }
    const metrics = await Promise.all([a, b].map((process) => page(process, '/metrics')));
    const leaders = metrics.map((text) => /^ds_injector_leader (\d)$/m.exec(text)?.[1]);
    expect([...leaders].sort()).toEqual(['0', '1']);
    expect(holder()).toBe(leaders[0] === '1' ? 'a' : 'b');
    const leader = metrics[leaders.indexOf('1')];
    expect(leader).toContain('ds_injector_ca_bundle_writes_total 1');
    expect(leader).toMatch(/ds_injector_authority_expiry_timestamp_seconds 1?\d{9,}/);
    for (const { log } of [a, b]) expect(JSON.stringify(log.lines())).not.toContain('PRIVATE');
  });

  it('have another leader soon, whether the one before stops or dies', async () => {
    const a = await start('a');
    await leads(a);
    const b = await start('b');
    await untilReady(b);
    a.child.kill('SIGTERM');
    expect(await a.ended).toBe(0);
    await leads(b);
    const c = await start('c');
    await untilReady(c);
    b.child.kill('SIGKILL');
    await leads(c);
    expect(holder()).toBe('c');
    // What a leader of before has written holds on.
    expect(await review(c)).toBe(200);
    expect(api.calls.filter(({ verb }) => verb === 'patch')).toHaveLength(1);
  });

  it('answer reviews, and are ready, while nobody can lead', async () => {
    const a = await start('a');
    await untilCertified();
    await untilReady(a);
    api.fault({ path: 'leases', what: { status: 403, reason: 'Forbidden' } });
    const lost = await a.log.line(({ msg }) => msg === 'leading no longer');
    expect(lost['why']).toContain('could not be renewed');
    expect(a.log.lines()).toContainEqual(
      expect.objectContaining({
        controller: 'election',
        problem: expect.stringContaining(`cannot update leases ${NAMESPACE}/ds-injector`) as string,
      }),
    );
    expect([await review(a), await page(a, '/readyz')]).toEqual([200, 'ok\n']);
    expect(await page(a, '/metrics')).toContain('ds_injector_leader 0');
  });

  it('are not ready without an authority, and say which verb they lack', async () => {
    const fault = api.fault({ path: 'secrets', what: { status: 403, reason: 'Forbidden' } });
    const a = await start('a');
    await vi.waitFor(async () => {
      expect(await page(a, '/readyz')).toContain(
        `certificate: forbidden, cannot list secrets ${NAMESPACE}`,
      );
    }, BUSY);
    fault.end();
    await untilReady(a);
    await untilCertified();
    expect(await review(a)).toBe(200);
  });
});
