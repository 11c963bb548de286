import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { issueAuthority, issueLeaf, serialOf, type Issued } from './issue.js';

const NOW = Date.parse('2030-06-15T12:00:00Z');
const HOSTS = ['ds-injector.system.svc', 'localhost', '127.0.0.1', '::1'];
let ca: Issued;
let leaf: Issued;

beforeAll(async () => {
  ca = await issueAuthority({ now: NOW, serial: '4a'.repeat(16) });
  leaf = await issueLeaf(ca, HOSTS, { now: NOW, serial: '4b'.repeat(16) });
});

describe('issueAuthority', () => {
  it('makes a certificate authority for a year, five minutes back', () => {
    const cert = new X509Certificate(ca.cert);
    expect(cert.ca).toBe(true);
    expect(new Date(cert.validFrom)).toEqual(new Date('2030-06-15T11:55:00Z'));
    expect(new Date(cert.validTo)).toEqual(new Date('2031-06-15T12:00:00Z'));
    expect(cert.verify(cert.publicKey)).toBe(true);
  });
});

describe('issueLeaf', () => {
  it('makes a certificate of the authority for 30 days', () => {
    const [cert, authority] = [new X509Certificate(leaf.cert), new X509Certificate(ca.cert)];
    expect(cert.ca).toBe(false);
    expect(cert.checkIssued(authority)).toBe(true);
    expect(cert.verify(authority.publicKey)).toBe(true);
    expect(new Date(cert.validTo)).toEqual(new Date('2030-07-15T12:00:00Z'));
    expect(cert.serialNumber).toBe('4B'.repeat(16));
  });

  it('is good for every host, and for serving only', () => {
    const cert = new X509Certificate(leaf.cert);
    expect(cert.checkHost('ds-injector.system.svc')).toBeDefined();
    expect(cert.checkIP('127.0.0.1')).toBeDefined();
    expect(cert.checkIP('::1')).toBeDefined();
    expect(cert.checkHost('example.org')).toBeUndefined();
    // 1.3.6.1.5.5.7.3.1 is serverAuth; node calls the extended key usage keyUsage.
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });
});

describe('lives that are given', () => {
  const short = (lifetime: number) =>
    issueAuthority({ now: NOW, serial: '4c'.repeat(16) }, lifetime);

  it('begin in the past by a tenth of theirs at most', async () => {
    const cert = new X509Certificate((await short(100_000)).cert);
    expect(new Date(cert.validFrom)).toEqual(new Date(NOW - 10_000));
    expect(new Date(cert.validTo)).toEqual(new Date(NOW + 100_000));
  });

  it('of a leaf end with that of its authority', async () => {
    const authority = await short(100_000);
    const at = (now: number) => issueLeaf(authority, HOSTS, { now, serial: '4d' }, 90_000);
    expect(new X509Certificate((await at(NOW)).cert).validTo).toBe('Jun 15 12:01:30 2030 GMT');
    expect(new X509Certificate((await at(NOW + 50_000)).cert).validTo).toBe(
      'Jun 15 12:01:40 2030 GMT',
    );
    await expect(at(NOW + 100_000)).rejects.toThrow('expired');
  });
});

describe('serialOf', () => {
  it.each([0x00, 0x7f, 0x80, 0xff])('is positive and 128 bits long for bytes of %i', (byte) => {
    const serial = serialOf(new Uint8Array(16).fill(byte));
    expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  it('leaves the random bytes alone', () => {
    const random = new Uint8Array(16);
    serialOf(random);
    expect(random[0]).toBe(0);
  });
});
