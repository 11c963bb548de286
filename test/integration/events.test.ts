import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EVENTS, PODS, SECRETS } from '../../src/cluster/resources.js';
import type { KubernetesObject } from '../../src/core/model/types.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { aDaemonSet, aPod, superNode } from '../support/builders.js';
import { aReview } from '../support/review.js';
import { anInjectedPod, aRevision, isReady, onSuperNodes, running } from '../support/status.js';
import { postReview } from './support/client.js';
import { kill, startServe, type Running } from './support/process.js';
import { emptySecret, HOST, NAMESPACE } from './support/replica.js';

const BUSY = { timeout: 30_000, interval: 20 };
const PROFILE =
  '[{name: silent, nodes: [{label: node.kubernetes.io/instance-type}], events: none}]';

const agent = aDaemonSet();
const cluster = [superNode(), agent, aRevision(agent, 'one')];

let dir = '';
let api: ApiServer;
let process: Running | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  api = await startApiServer();
  api.store.put(emptySecret, ...cluster);
  api.writeKubeconfig(join(dir, 'kubeconfig'));
  await writeFile(join(dir, 'profiles.yaml'), PROFILE);
  process = await startServe([
    ...['--cluster', 'kubeconfig', '--kubeconfig', join(dir, 'kubeconfig')],
    ...['--own-namespace', NAMESPACE, '--own-release', 'ds-injector'],
    ...['--profiles', join(dir, 'profiles.yaml')],
  ]);
});
afterEach(async () => {
  await kill(process?.child);
  await api.close();
  await rm(dir, { recursive: true });
});

/** What was written but its own Lease and Secret, as verb and path. */
const writes = (): readonly string[] =>
  api.calls
    .filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))
    .filter(({ path }) => !path.includes(`/namespaces/${NAMESPACE}/`))
    .map(({ verb, path }) => `${verb} ${path}`);
const eventsOf = (name: string): readonly KubernetesObject[] =>
  api.store
    .list(EVENTS, {})
    .filter(({ regarding }) => (regarding as { name: string }).name === name);

/** Calls as the API server does. */
async function review(dryRun: boolean): Promise<number> {
  const secret = api.store.get({ resource: SECRETS, namespace: NAMESPACE, name: 'ds-injector-ca' });
  const { 'ca.crt': ca = '' } = secret['data'] as Record<string, string>;
  const body = aReview({ object: aPod(onSuperNodes), dryRun });
  const { status } = await postReview(process?.webhook ?? expect.fail(), body, {
    ca: Buffer.from(ca, 'base64'),
    servername: HOST,
  });
  return status;
}

it('nothing is written for a review, dry run or not; only for what is in the cluster', async () => {
  await vi.waitFor(async () => {
    expect(await review(true)).toBe(200);
  }, BUSY);
  for (let n = 0; n < 10; n += 1) expect(await review(n % 2 === 0)).toBe(200);
  const web = running(anInjectedPod('web', cluster), 'super');
  api.store.put(web);
  await vi.waitFor(() => {
    const { status } = api.store.get({ resource: PODS, namespace: 'default', name: 'web' });
    expect(status).toMatchObject({ conditions: [{ reason: 'NotReported' }] });
  }, BUSY);
  api.store.put(running(web, 'super', [isReady('agent')]));
  await vi.waitFor(() => {
    expect(eventsOf('web').map(({ reason }) => reason)).toEqual(['Pulled', 'Started']);
    expect(writes()).toHaveLength(5);
  }, BUSY);
  expect([...writes()].sort()).toEqual([
    'create /apis/events.k8s.io/v1/namespaces/default/events',
    'create /apis/events.k8s.io/v1/namespaces/default/events',
    'patch /api/v1/namespaces/default/pods/web/status',
    'patch /api/v1/namespaces/default/pods/web/status',
    // A pod that is ready proves the revision.
    'patch /apis/apps/v1/namespaces/monitoring/controllerrevisions/agent-one',
  ]);
});
