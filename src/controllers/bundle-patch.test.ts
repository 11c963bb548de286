import { beforeAll, describe, expect, it } from 'vitest';
import { authorities } from '../../test/support/authority.js';
import { bundlePatch, ownEntries } from './bundle-patch.js';

const OURS = { namespace: 'system', name: 'ds-injector' };
let a = '';

beforeAll(async () => {
  [a] = (await authorities(1)).map(({ cert }) => cert) as [string];
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const entry = (name: unknown, caBundle?: unknown, service: unknown = OURS): object => ({
  name,
  clientConfig: { service, caBundle },
});

describe('ownEntries', () => {
  it('finds ours among others, with what they hold', () => {
    const webhooks = [
      entry('other', base64(a), { ...OURS, namespace: 'b' }),
      entry('pods', base64(a)),
      entry('none'),
      entry(7, 7),
    ];
    expect(ownEntries({ webhooks }, OURS)).toEqual([
      { index: 1, name: 'pods', bundle: a },
      { index: 2, name: 'none', bundle: '' },
      { index: 3, name: '', bundle: '' },
    ]);
  });

  it.each([undefined, null, 'text', 7, {}, [null, 7, 'text', [], {}, { clientConfig: 'x' }]])(
    'finds nothing of ours in %j',
    (webhooks) => {
      expect(ownEntries({ webhooks }, OURS)).toEqual([]);
    },
  );

  it('finds nothing of ours in an entry with a URL', () => {
    const url = 'https://ds-injector.system.svc/mutate';
    expect(ownEntries({ webhooks: [{ name: 'a', clientConfig: { url } }] }, OURS)).toEqual([]);
  });
});

describe('bundlePatch', () => {
  it('writes into an entry, guarded by tests', () => {
    expect(bundlePatch({ index: 1, name: 'pods', bundle: '' }, OURS, a)).toEqual([
      { op: 'test', path: '/webhooks/1/name', value: 'pods' },
      { op: 'test', path: '/webhooks/1/clientConfig/service/namespace', value: 'system' },
      { op: 'test', path: '/webhooks/1/clientConfig/service/name', value: 'ds-injector' },
      { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: base64(a) },
    ]);
  });
});
