import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * The certificates in a text in PEM, in their order.
 *
 * @returns undefined if one of them cannot be read.
 */
export function certificatesIn(pem: string): readonly X509Certificate[] | undefined {
  try {
    return (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** A text in base64, as it stands in `data` of a Secret and in a caBundle. */
export const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

export const isValidAt = (certificate: X509Certificate, now: number): boolean =>
  Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo);

/** Whether less than a third of its life is left, which is when it should have been renewed. */
export function endsSoon({ validFrom, validTo }: X509Certificate, now: number): boolean {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return (to - now) * 3 < to - from;
}

/** `valid until 2027-11-21T10:00Z` */
export const untilText = ({ validTo }: X509Certificate): string => `valid until ${minute(validTo)}`;

const minute = (time: string): string => `${new Date(time).toISOString().slice(0, 16)}Z`;

/** Two certificates are one if their bytes are. */
export const identityOf = ({ fingerprint256 }: X509Certificate): string => fingerprint256;

/** Whether an authority signed a certificate. */
export function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  } catch {
    return false;
  }
}
