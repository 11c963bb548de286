import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../cluster/until.js';
import { untilInjected } from '../support/api.js';
import { apply, getJson, kubectl } from '../support/kubectl.js';
import { inWords, underLoad } from '../support/load.js';
import { note } from '../support/note.js';
import { aShell, Theme } from '../support/objects.js';
import { NAMESPACE } from '../support/release.js';
import { servedBy } from '../support/served.js';

const theme = new Theme('certificates');
const pod = theme.pod('load');
const SECRET = 'ds-injector-ca';

interface Secret {
  readonly data?: Readonly<Record<string, string>>;
}

const authority = async (): Promise<string> => {
  const { data = {} } = await getJson<Secret>('secret', '-n', NAMESPACE, SECRET);
  const pem = Buffer.from(data['ca.crt'] ?? '', 'base64').toString();
  return pem === '' ? '' : new X509Certificate(pem).serialNumber;
};

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(pod, 'agent');
});

const clean = { failed: 0, failedOpen: 0, errors: [] };

/** The lifetimes of this installation are minutes; see main.ts. */
const PATIENCE = { timeout: 180_000 };

describe('rotation under a load of 50 creations a second and more', () => {
  it('certificates and their authority are replaced: no call fails', async (context) => {
    const [ca, leaves] = [await authority(), await servedBy()];
    const load = await underLoad(pod, 'agent', async () => {
      await until('another authority', async () => ![ca, ''].includes(await authority()), PATIENCE);
      await until(
        'other certificates on all replicas',
        async () => (await servedBy()).every((serial) => !leaves.includes(serial)),
        PATIENCE,
      );
    });
    note(context, inWords(load));
    expect(load).toMatchObject(clean);
    expect(load.perSecond).toBeGreaterThanOrEqual(50);
  });

  it('the Secret of the authority is lost: no call fails', async (context) => {
    const ca = await authority();
    const load = await underLoad(pod, 'agent', async () => {
      await kubectl(['delete', 'secret', '-n', NAMESPACE, SECRET]);
      await until(
        'another authority',
        async () => ![ca, ''].includes(await authority().catch(() => '')),
      );
    });
    note(context, inWords(load));
    expect(load).toMatchObject(clean);
  });

  it('a caBundle that somebody broke is put right', async () => {
    const replace = (value: string) => [
      { op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value },
    ];
    const other = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==';
    const patch = JSON.stringify(replace(other));
    const what = ['mutatingwebhookconfiguration', 'ds-injector'];
    await kubectl(['patch', ...what, '--type=json', '-p', patch]);
    await untilInjected(pod, 'agent');
  });
});
