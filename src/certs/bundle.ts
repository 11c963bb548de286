import { X509Certificate } from 'node:crypto';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';
/** More than anybody needs; each takes a moment to parse. */
const MOST = 50;

/**
 * The certificates in a text in PEM. What is between them, or cannot be read, is left out; this never throws, whatever the
 * text, and reads it once.
 */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  return pem
    .split(END)
    .slice(0, -1)
    .slice(0, MOST)
    .flatMap((block) => {
      const begin = block.lastIndexOf(BEGIN);
      return begin < 0 ? [] : parsed(`${block.slice(begin)}${END}\n`);
    });
}

function parsed(pem: string): readonly X509Certificate[] {
  try {
    return [new X509Certificate(pem)];
  } catch {
    return [];
  }
}

/** Certificates as one text in PEM, each once. */
export function bundleText(certificates: readonly X509Certificate[]): string {
  const unique = new Map(certificates.map((one) => [one.fingerprint256, one]));
  return [...unique.values()].map((one) => one.toString()).join('');
}

/** Whether two texts in PEM hold the same certificates, in any order. Garbage in one of them makes a difference. */
export function isSameBundle(one: string, other: string): boolean {
  return isClean(one) === isClean(other) && keyOf(one) === keyOf(other);
}

/** Whether a text in PEM holds all certificates of another one. */
export function holdsBundle(whole: string, part: string): boolean {
  const held = new Set(fingerprints(whole));
  return fingerprints(part).every((one) => held.has(one));
}

const keyOf = (pem: string): string => [...new Set(fingerprints(pem))].sort().join();

const fingerprints = (pem: string): readonly string[] =>
  certificatesIn(pem).map(({ fingerprint256 }) => fingerprint256);

/** An API server takes a bundle whose certificates all can be read, and nothing that begins as one and is none. */
const isClean = (pem: string): boolean =>
  pem.split(BEGIN).length - 1 === certificatesIn(pem).length;
