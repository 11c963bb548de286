import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEcCertificate } from '../../test/support/ec-certificate.js';
import { readCertificates } from './given.js';
import { expiryTimestamp } from './inspect.js';
import { issueAuthority, issueLeaf, type Issued } from './issue.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
let dir: string;
let ca: Issued;
let leaf: Issued;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  ca = await issueAuthority({ now: NOW, serial: '4a'.repeat(16) });
  leaf = await issueLeaf(ca, ['localhost'], { now: NOW, serial: '4b'.repeat(16) });
});

afterAll(async () => {
  await rm(dir, { recursive: true });
});

async function put(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

async function read(cert: string, key: string) {
  const certFile = await put('a.crt', cert);
  const keyFile = await put('a.key', key);
  return readCertificates({ certFile, keyFile });
}

describe('readCertificates', () => {
  it('reads a pair, with the chain behind the certificate', async () => {
    const cert = leaf.cert + ca.cert;
    expect(await read(cert, leaf.key)).toEqual({
      cert,
      key: leaf.key,
      notAfter: new Date('2030-01-31T00:00:00Z'),
    });
    expect(expiryTimestamp(cert)).toBe(Date.parse('2030-01-31T00:00:00Z') / 1000);
  });

  it('reads an EC pair, which forge could not', async () => {
    const { cert, key } = anEcCertificate(leaf.cert);
    expect((await read(cert, key)).cert).toBe(cert);
  });

  it('says which file is missing', async () => {
    const certFile = await put('a.crt', leaf.cert);
    const keyFile = join(dir, 'none.key');
    await expect(readCertificates({ certFile, keyFile })).rejects.toThrow(
      `${keyFile} does not exist; give the path of a private key in PEM`,
    );
    await expect(readCertificates({ certFile: keyFile, keyFile })).rejects.toThrow(
      `${keyFile} does not exist; give the path of a certificate in PEM`,
    );
  });

  it('says which file is garbage', async () => {
    await expect(read('garbage', leaf.key)).rejects.toThrow('a.crt holds no certificate');
    await expect(read(leaf.cert, 'garbage')).rejects.toThrow('a.key holds no private key');
    await expect(read(leaf.key, leaf.cert)).rejects.toThrow('a.crt holds no certificate');
  });

  it('does not take a key with a passphrase', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' })
      .toString();
    await expect(read(leaf.cert, key)).rejects.toThrow('without a passphrase');
  });

  it('says that a pair does not match', async () => {
    await expect(read(leaf.cert, ca.key)).rejects.toThrow(
      /the key in .*a\.key does not belong to the certificate in .*a\.crt/,
    );
  });

  it('says that a chain is broken', async () => {
    const broken = `${leaf.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`;
    await expect(read(broken, leaf.key)).rejects.toThrow('check the chain');
  });

  it('says which file it may not read', async () => {
    await expect(readCertificates({ certFile: dir, keyFile: dir })).rejects.toThrow(
      `reading ${dir}`,
    );
  });
});
