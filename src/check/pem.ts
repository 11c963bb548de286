import type { X509Certificate } from 'node:crypto';

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

/** Whether an authority signed a certificate. */
export function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  } catch {
    return false;
  }
}
