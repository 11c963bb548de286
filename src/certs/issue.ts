import { generateKeyPair, sign as signWithNode, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';

const { pki } = forge;

/** A certificate and its private key (PKCS #8), both in PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** What makes a certificate different from the one before. */
export interface Stamp {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** From `serialOf()`. */
  readonly serial: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A CA lives for a year; it is replaced when a third of that is left, so it outlives every leaf that it signs. */
export const CA_LIFETIME = 365 * DAY;
/** A leaf is short-lived, because nothing revokes it. */
export const LEAF_LIFETIME = 30 * DAY;
/** Certificates begin a little in the past, because the API server's clock may be behind ours. */
const CLOCK_SKEW = 5 * MINUTE;
/** At most so much of a life lies in the past, or one of minutes would be over two thirds of it at its birth. */
const MOST_SKEW = 1 / 10;

/**
 * Makes a serial number: 128 bits, positive, without leading zeros, as RFC 5280 4.1.2.2 asks for.
 *
 * @param random 16 random bytes; two bits of them are overwritten.
 * @returns hexadecimal digits.
 */
export function serialOf(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  // The first bit is the sign; with the second one set the number keeps its length.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/**
 * Makes a self-signed certificate authority that may sign leaves but no further authorities.
 *
 * @param lifetime milliseconds.
 */
export async function issueAuthority(stamp: Stamp, lifetime = CA_LIFETIME): Promise<Issued> {
  const { publicKey, key } = await newKeys();
  const cert = draft(publicKey, stamp, lifetime);
  cert.setSubject(commonName('ds-injector CA'));
  cert.setIssuer(commonName('ds-injector CA'));
  cert.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  return sign(cert, key, key);
}

/**
 * Makes a serving certificate. It ends with its authority at the latest, because callers refuse it from then on.
 *
 * @param authority whose key must be RSA: forge reads no other.
 * @param hosts DNS names and IP addresses, at least one; they become the subject's alternative names.
 * @param lifetime milliseconds.
 * @throws Error if the authority has expired, or of forge if it cannot read it.
 */
export async function issueLeaf(
  authority: Issued,
  hosts: readonly string[],
  stamp: Stamp,
  lifetime = LEAF_LIFETIME,
): Promise<Issued> {
  const issuer = pki.certificateFromPem(authority.cert);
  const left = issuer.validity.notAfter.getTime() - stamp.now;
  if (left <= 0) throw new Error('an authority that has expired signs nothing');
  const { publicKey, key } = await newKeys();
  const cert = draft(publicKey, stamp, Math.min(lifetime, left));
  cert.setSubject(commonName('ds-injector'));
  cert.setIssuer(issuer.subject.attributes);
  cert.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: hosts.map(altName) },
    { name: 'subjectKeyIdentifier' },
    {
      name: 'authorityKeyIdentifier',
      keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes(),
    },
  ]);
  return sign(cert, key, authority.key);
}

/** The numbers are those of GeneralName in RFC 5280: 2 is dNSName, 7 is iPAddress. */
const altName = (host: string): object =>
  isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };

const commonName = (value: string): forge.pki.CertificateField[] => [{ name: 'commonName', value }];

/** The key pair is made by node, because forge does it in JavaScript and takes seconds. */
async function newKeys(): Promise<{ publicKey: forge.pki.rsa.PublicKey; key: string }> {
  const generated = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const pem = (key: KeyObject, type: 'spki' | 'pkcs8'): string =>
    key.export({ type, format: 'pem' } as const).toString();
  return {
    publicKey: pki.publicKeyFromPem(pem(generated.publicKey, 'spki')),
    key: pem(generated.privateKey, 'pkcs8'),
  };
}

function draft(
  publicKey: forge.pki.rsa.PublicKey,
  { now, serial }: Stamp,
  lifetime: number,
): forge.pki.Certificate {
  const cert = pki.createCertificate();
  cert.publicKey = publicKey;
  cert.serialNumber = serial;
  cert.validity.notBefore = new Date(now - Math.min(CLOCK_SKEW, lifetime * MOST_SKEW));
  cert.validity.notAfter = new Date(now + lifetime);
  return cert;
}

/**
 * Signs with node instead of forge, whose arithmetic in JavaScript would keep reviews waiting for a tenth of a second.
 *
 * @param key the private key of the certificate, @param signingKey that of its issuer; both in PEM.
 */
function sign(cert: forge.pki.Certificate, key: string, signingKey: string): Issued {
  const signed: Buffer[] = [];
  const digest = {
    algorithm: 'sha256',
    update: (bytes: string) => signed.push(Buffer.from(bytes, 'latin1')),
  };
  const signer = {
    sign: () => signWithNode('sha256', Buffer.concat(signed), signingKey).toString('latin1'),
  };
  // forge asks no more than this of either; its types want the rest too.
  cert.sign(
    signer as unknown as forge.pki.rsa.PrivateKey,
    digest as unknown as forge.md.MessageDigest,
  );
  return { cert: pki.certificateToPem(cert).replaceAll('\r\n', '\n'), key };
}
