import { describe, expect, it } from 'vitest';
import { aCaSecret, anEntry, aWebhook, base64 } from '../../test/support/check/installed.js';
import {
  absent,
  aSeen,
  authority,
  authorityOf,
  beforehand,
  codesOf,
  DAY,
  forbidden,
  listed,
  NOW,
} from '../../test/support/check/seen.js';
import { issueLeaf, serialOf } from '../certs/issue.js';
import { findCertificates } from './certificates.js';
import type { Leaf } from './leaf.js';
import type { Objects } from './seen.js';

const [aged, expired, next] = await Promise.all([
  authorityOf(300),
  authorityOf(400),
  authorityOf(1),
]);

const bundle = (...pems: readonly string[]): Partial<Objects> => ({
  webhooks: listed(aWebhook(anEntry(pems.join('')))),
});
const secret = (files: Readonly<Record<string, string>>): Partial<Objects> => ({
  caSecret: { value: aCaSecret({ 'ca.crt': authority.cert, 'ca.key': authority.key, ...files }) },
});

describe('of an injector that makes its certificates', () => {
  it.each<[string, Partial<Objects>, readonly string[]]>([
    ['all is well', {}, ['ca_bundle_current', 'ca_secret_matches']],
    ['it is still to be installed', beforehand, []],
    ['there is no webhook', { webhooks: listed() }, []],
    ['one may not look at webhooks', { webhooks: forbidden('list') }, ['not_allowed']],
    ['the bundle is empty', bundle(), ['ca_bundle_empty']],
    ['it is garbage', bundle('garbage'), ['ca_bundle_unreadable']],
    [
      'it has a broken certificate',
      bundle(authority.cert, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      ['ca_bundle_unreadable'],
    ],
    ['it has expired', bundle(expired.cert), ['ca_bundle_expired', 'ca_bundle_differs']],
    [
      'the authority is old',
      { ...bundle(aged.cert), ...secret({ 'ca.crt': aged.cert, 'ca.key': aged.key }) },
      ['ca_expires_soon', 'ca_secret_matches'],
    ],
    [
      'the old one is on its way out',
      {
        ...bundle(aged.cert, next.cert),
        ...secret({
          'ca.crt': aged.cert,
          'ca.key': aged.key,
          'next.crt': next.cert,
          'next.key': next.key,
        }),
      },
      ['ca_bundle_current', 'ca_secret_matches', 'ca_rotating'],
    ],
    ['the bundle is of others', bundle(next.cert), ['ca_bundle_current', 'ca_bundle_differs']],
    [
      'it lacks the next one',
      secret({ 'next.crt': next.cert, 'next.key': next.key }),
      ['ca_bundle_current', 'ca_bundle_lags', 'ca_rotating'],
    ],
    [
      'it has one too many',
      bundle(authority.cert, next.cert),
      ['ca_bundle_current', 'ca_bundle_lags'],
    ],
    [
      'an expired one is not missed',
      secret({ 'previous.crt': expired.cert }),
      ['ca_bundle_current', 'ca_secret_matches'],
    ],
    ['the Secret is gone', { caSecret: absent }, ['ca_bundle_current', 'ca_secret_empty']],
    [
      'the Secret is empty',
      { caSecret: { value: { kind: 'Secret' } } },
      ['ca_bundle_current', 'ca_secret_empty'],
    ],
    [
      'the Secret is garbage',
      secret({ 'ca.crt': 'garbage' }),
      ['ca_bundle_current', 'ca_secret_unreadable'],
    ],
    [
      'its next one is garbage',
      secret({ 'next.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
      ['ca_bundle_current', 'ca_secret_matches'],
    ],
    [
      'one may not look at the Secret',
      { caSecret: forbidden('get Secret') },
      ['ca_bundle_current', 'not_allowed'],
    ],
  ])('where %s', (_, objects, codes) => {
    expect(codesOf(findCertificates(aSeen(objects), undefined))).toEqual(codes);
  });

  it('says until when, and nothing of a key', () => {
    const findings = findCertificates(aSeen(), undefined);
    expect(findings[0]?.detail).toBe('valid until 2027-05-22T12:00Z');
    expect(JSON.stringify(findings)).not.toContain('PRIVATE');
  });
});

describe('of certificates that are given', () => {
  const HOST = 'ds-injector.ds-injector-system.svc';
  const leafOf = async (signer: typeof authority, host: string, age: number): Promise<Leaf> => {
    const stamp = { now: NOW - age * DAY, serial: serialOf(new Uint8Array(16).fill(7)) };
    const { cert } = await issueLeaf(signer, [host], stamp);
    return { value: { data: { 'tls.crt': base64(cert) } } };
  };
  const garbage: Leaf = { value: { data: { 'tls.crt': base64('x') } } };

  it.each<[string, () => Leaf | Promise<Leaf>, string | undefined]>([
    ['are good', () => leafOf(authority, HOST, 1), 'leaf_current'],
    ['end soon', () => leafOf(authority, HOST, 9), 'leaf_current'],
    ['are for another', () => leafOf(authority, 'elsewhere.svc', 1), 'leaf_for_another_host'],
    ['have another signer', () => leafOf(next, HOST, 1), 'leaf_not_trusted'],
    ['have ended', () => leafOf(aged, HOST, 35), 'leaf_expired'],
    ['are old', () => leafOf(authority, HOST, 22), 'leaf_expires_soon'],
    ['are garbage', () => garbage, 'leaf_unreadable'],
    ['are gone', () => absent, 'leaf_unreadable'],
    ['may not be looked at', () => forbidden('get Secret'), 'not_allowed'],
    ['are nowhere to be seen', () => undefined, undefined],
  ])('that %s', async (_, leaf, code) => {
    const findings = findCertificates(aSeen({}, { certificates: 'files' }), await leaf());
    const expected = [
      'certificates_given',
      ...(code === undefined ? [] : [code]),
      'ca_bundle_current',
    ];
    expect([...codesOf(findings)].sort()).toEqual([...expected].sort());
  });
});
