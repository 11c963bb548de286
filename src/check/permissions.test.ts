import { expect, it } from 'vitest';
import { aSeen, beforehand, codesOf } from '../../test/support/check/seen.js';
import { ApiError, type ApiClient } from '../cluster/api.js';
import { at } from '../survey/raw.js';
import { needText, type Need } from './needs.js';
import { askRights, findRights } from './permissions.js';
import { Reader } from '../survey/reader.js';

type Asked = Partial<Need> & { readonly subresource?: string; readonly user?: string };

/** An API server that is asked about rights, and says yes but for some. */
function serverThat(denies: (asked: Asked) => boolean) {
  const asked: Asked[] = [];
  const client: ApiClient = {
    request: ({ body }) => {
      const question = at(body, 'spec', 'resourceAttributes') as Need;
      const user = at(body, 'spec', 'user') as string | undefined;
      asked.push({ ...question, ...(user === undefined ? {} : { user }) });
      return Promise.resolve({ status: { allowed: !denies(question) } });
    },
    watch: () => expect.fail('it watches'),
    close: () => undefined,
  };
  return { asked, reader: new Reader(client) };
}

it('asks about the ServiceAccount of the injector, once it is installed', async () => {
  const { asked, reader } = serverThat(() => false);
  const rights = await askRights(reader, aSeen());
  expect(codesOf(findRights(rights))).toEqual(['injector_allowed']);
  expect(new Set(asked.map(({ user }) => user))).toEqual(
    new Set(['system:serviceaccount:ds-injector-system:ds-injector']),
  );
  expect(asked).toContainEqual(
    expect.objectContaining({ verb: 'watch', resource: 'daemonsets', group: 'apps' }),
  );
  expect(asked).toContainEqual(
    expect.objectContaining({ verb: 'patch', resource: 'pods', subresource: 'status' }),
  );
  expect(asked).toContainEqual(
    expect.objectContaining({
      verb: 'list',
      resource: 'secrets',
      namespace: 'ds-injector-system',
      name: 'ds-injector-ca',
    }),
  );
});

it('names the rights that the injector lacks', async () => {
  const { reader } = serverThat(({ resource }) => resource === 'secrets');
  expect(findRights(await askRights(reader, aSeen()))).toEqual([
    {
      code: 'injector_not_allowed',
      items: [
        { name: 'create secrets in ds-injector-system' },
        ...['list', 'watch', 'update'].map((verb) => ({
          name: `${verb} secrets ds-injector-system/ds-injector-ca`,
        })),
      ],
    },
  ]);
});

it('does not ask about Secrets where the certificates are given', async () => {
  const { asked, reader } = serverThat(() => false);
  await askRights(reader, aSeen({}, { certificates: 'files' }));
  expect(asked.map(({ resource }) => resource)).not.toContain('secrets');
});

it.each<[string, (asked: Asked) => boolean, string]>([
  ['everything', () => false, 'installer_allowed'],
  ['nothing', () => true, 'installer_not_allowed'],
  [
    'everything but giving more than they have',
    ({ verb }) => verb === 'escalate',
    'installer_allowed',
  ],
  ['no roles', ({ resource }) => resource === 'clusterroles', 'installer_not_allowed'],
  [
    'neither to give more than they have nor to mark',
    ({ verb }) => verb === 'escalate' || verb === 'inject',
    'installer_not_allowed',
  ],
])('asks about the person who installs beforehand, who may do %s', async (_, denies, code) => {
  const { asked, reader } = serverThat(denies);
  expect(codesOf(findRights(await askRights(reader, aSeen(beforehand))))).toEqual([code]);
  expect(asked.every(({ user }) => user === undefined)).toBe(true);
});

it('says that one may not ask', async () => {
  const client: ApiClient = {
    request: () =>
      Promise.reject(
        new ApiError('no', { status: 403, reason: 'Forbidden', retryAfter: undefined }),
      ),
    watch: () => expect.fail('it watches'),
    close: () => undefined,
  };
  expect(findRights(await askRights(new Reader(client), aSeen()))).toEqual([
    { code: 'not_allowed', detail: 'may not create subjectaccessreviews' },
  ]);
});

it.each<[Need, string]>([
  [{ verb: 'list', group: '', resource: 'nodes' }, 'list nodes'],
  [{ verb: 'create', group: '', resource: 'secrets', namespace: 'a' }, 'create secrets in a'],
  [{ verb: 'get', group: '', resource: 'secrets', namespace: 'a', name: 'b' }, 'get secrets a/b'],
  [{ verb: 'patch', group: 'x', resource: 'hooks', name: 'b' }, 'patch hooks b'],
])('says what %j is', (need, text) => {
  expect(needText(need)).toBe(text);
});
