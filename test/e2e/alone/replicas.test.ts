import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processOf } from '../../cluster/node.js';
import { until } from '../../cluster/until.js';
import { untilInjected } from '../support/api.js';
import { apply, getJson, kubectl } from '../support/kubectl.js';
import { clean, inWords, Load, NOT_INJECTED } from '../support/load.js';
import { note } from '../support/note.js';
import { aShell, Theme } from '../support/objects.js';
import { NAMESPACE, replicas, RELEASE, untilRolledOut } from '../support/release.js';
import { servedBy } from '../support/served.js';

const theme = new Theme('replicas');
const pod = theme.pod('load');
const SECRET = 'ds-injector-ca';
/** Certificates of this installation live for minutes; see session.ts. */
const LIFETIME = { timeout: 200_000 };

/** One for all tests of this file: while replicas come and go, their authority grows old, too. */
let load: Load;
let firstAuthority: string;

/** The serial number of the authority in use; empty if there is none. */
async function authority(): Promise<string> {
  const secret = ['secret', '-n', NAMESPACE, SECRET, '--ignore-not-found'];
  const text = await kubectl(['get', '-o', 'json', ...secret]);
  const { data = {} } = JSON.parse(text || '{}') as { data?: Record<string, string> };
  const pem = Buffer.from(data['ca.crt'] ?? '', 'base64').toString();
  return pem === '' ? '' : new X509Certificate(pem).serialNumber;
}

const untilAnotherThan = (old: string): Promise<unknown> =>
  until('another authority', async () => !['', old].includes(await authority()), LIFETIME);

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(pod, 'agent');
  firstAuthority = await authority();
  load = new Load(pod, 'agent');
});

afterAll(() => {
  load.stop();
});

describe('under a load of 50 creations a second and more', () => {
  it('a replica is killed: no call fails', async (context) => {
    const [first] = await replicas();
    const seen = await load.during(async () => {
      await kubectl(['delete', 'pod', '-n', NAMESPACE, first?.metadata.name ?? '']);
      await untilRolledOut();
    });
    note(context, inWords(seen));
    expect(seen).toMatchObject(clean);
    expect(seen.perSecond).toBeGreaterThanOrEqual(50);
  });

  it('a rolling update: no call fails', async (context) => {
    const before = (await replicas()).map(({ metadata }) => metadata.uid);
    const seen = await load.during(async () => {
      await kubectl(['rollout', 'restart', '-n', NAMESPACE, `deployment/${RELEASE}`]);
      await untilRolledOut();
    });
    note(context, inWords(seen));
    expect(seen).toMatchObject(clean);
    expect(seen.perSecond).toBeGreaterThanOrEqual(50);
    const after = (await replicas()).map(({ metadata }) => metadata.uid);
    expect(after.filter((uid) => before.includes(uid))).toEqual([]);
  });

  it('certificates and their authority are replaced: no call fails', async (context) => {
    const leaves = await servedBy();
    const seen = await load.during(async () => {
      await untilAnotherThan(firstAuthority);
      await until(
        'other certificates on the same replicas',
        async () => [...(await servedBy())].every(([uid, serial]) => leaves.get(uid) !== serial),
        LIFETIME,
      );
    });
    note(context, inWords(seen));
    expect([...(await servedBy()).keys()].sort()).toEqual([...leaves.keys()].sort());
    expect(seen).toMatchObject(clean);
    expect(seen.perSecond).toBeGreaterThanOrEqual(50);
  });

  it('the Secret of the authority is lost: no call fails', async (context) => {
    const old = await authority();
    const seen = await load.during(async () => {
      await kubectl(['delete', 'secret', '-n', NAMESPACE, SECRET]);
      await untilAnotherThan(old);
    });
    note(context, inWords(seen));
    expect(seen).toMatchObject(clean);
  });

  it('a replica dies without a warning: pods are created all the same', async (context) => {
    const [first] = await replicas();
    const [status] = first?.status.containerStatuses ?? [];
    const container = status?.containerID?.replace('containerd://', '') ?? '';
    const seen = await load.during(async () => {
      process.kill(await processOf('worker', container), 'SIGKILL');
      await untilRestarted(first?.metadata.uid ?? '', status?.restartCount ?? 0);
    });
    note(context, `${inWords(seen)}; the API server asks no second replica`);
    // The API server does not repeat a call that broke off, and asks for an endpoint until it hears that it is gone.
    expect(seen.errors.filter((error) => error !== NOT_INJECTED)).toEqual([]);
    await untilInjected(pod, 'agent');
  });

  it('a caBundle that somebody broke is put right', async () => {
    const value = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64');
    const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value }];
    const what = ['mutatingwebhookconfiguration', RELEASE];
    await kubectl(['patch', ...what, '--type=json', '-p', JSON.stringify(patch)]);
    await until('the right caBundle', async () => {
      const configuration = await getJson<Configuration>(...what);
      return configuration.webhooks.every(({ clientConfig }) => clientConfig.caBundle !== value);
    });
    await untilInjected(pod, 'agent');
  });
});

interface Configuration {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

const untilRestarted = (uid: string, restarts: number): Promise<unknown> =>
  until('the replica to be back', async () => {
    const replica = (await replicas()).find(({ metadata }) => metadata.uid === uid);
    const count = replica?.status.containerStatuses?.[0]?.restartCount ?? 0;
    const ready = replica?.status.conditions?.find(({ type }) => type === 'Ready');
    return count > restarts && ready?.status === 'True';
  });
