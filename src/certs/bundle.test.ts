import { beforeAll, describe, expect, it } from 'vitest';
import { bundleText, certificatesIn, holdsBundle, isSameBundle } from './bundle.js';
import { issueAuthority } from './issue.js';

let a: string;
let b: string;

beforeAll(async () => {
  const make = async (serial: string) =>
    (await issueAuthority({ now: Date.parse('2030-01-01T00:00:00Z'), serial })).cert;
  [a, b] = await Promise.all([make('41'), make('42')]);
});

const serials = (pem: string): readonly string[] =>
  certificatesIn(pem).map(({ serialNumber }) => serialNumber);

describe('certificatesIn', () => {
  it('finds them in whatever lies between', () => {
    expect(serials(`garbage\n${a}# a comment\r\n${b.replaceAll('\n', '\r\n')}end`)).toEqual([
      '41',
      '42',
    ]);
  });

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['a beginning without an end', '-----BEGIN CERTIFICATE-----\nAAAA'],
    ['an end without a beginning', 'AAAA\n-----END CERTIFICATE-----\n'],
    ['a body that is none', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('finds none in %s', (_, pem) => {
    expect(serials(pem)).toEqual([]);
  });

  it('goes on after a beginning without an end', () => {
    expect(serials(`-----BEGIN CERTIFICATE-----\n${a}`)).toEqual(['41']);
  });

  it('reads a megabyte of beginnings once, and not the rest of it at each', () => {
    // The latter takes longer than a test may.
    expect(serials('-----BEGIN CERTIFICATE-----'.repeat(40_000))).toEqual([]);
  });

  it('takes no more than some certificates', () => {
    expect(serials(a.repeat(500)).length).toBe(50);
  });
});

describe('bundleText', () => {
  it('holds each certificate once', () => {
    expect(bundleText(certificatesIn(a + b + a))).toBe(a + b);
  });
});

describe('isSameBundle', () => {
  it.each([
    ['the same', () => [a, a], true],
    ['another order', () => [a + b, b + a], true],
    ['other white space', () => [a, `\n${a.replaceAll('\n', '\r\n')}\n\n`], true],
    ['one twice', () => [a, a + a], true],
    ['one more', () => [a, a + b], false],
    ['one less', () => [a + b, a], false],
    ['another one', () => [a, b], false],
    ['nothing', () => [a, ''], false],
    ['garbage beside it', () => [a, `${a}-----BEGIN CERTIFICATE-----\nAAAA`], false],
  ])('compares with %s', (_, texts, same) => {
    const [one = '', other = ''] = texts();
    expect([isSameBundle(one, other), isSameBundle(other, one)]).toEqual([same, same]);
  });
});

describe('holdsBundle', () => {
  it('says whether all of one are in the other', () => {
    expect([holdsBundle(a + b, b), holdsBundle(a, a + b), holdsBundle(a, '')]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
