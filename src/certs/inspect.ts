import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Issued } from './issue.js';

/** When a certificate ends, in seconds since 1970; of a chain in PEM, when its first certificate does. */
export function expiryTimestamp(cert: string): number {
  return Date.parse(new X509Certificate(cert).validTo) / 1000;
}

/** The serial number in hexadecimal digits, by which people tell certificates apart; of a chain, that of its first. */
export const serialNumberOf = (cert: string): string => new X509Certificate(cert).serialNumber;

/**
 * What speaks against going on with a certificate authority that was made earlier.
 *
 * @param now milliseconds since 1970.
 * @returns a clause for a log line, or undefined if it is fit. Garbage is a reason like any other; this never throws.
 */
export function faultOfAuthority({ cert, key }: Issued, now: number): string | undefined {
  return firstFault(cert, key, (parsed) => faultOfKind(parsed) ?? faultOfTime(parsed, now));
}

/** What speaks against an authority at any time: as `faultOfAuthority`, without a look at the clock. */
export const faultOfSigner = ({ cert, key }: Issued): string | undefined =>
  firstFault(cert, key, faultOfKind);

function faultOfKind(parsed: X509Certificate): string | undefined {
  if (!parsed.ca) return 'is not that of a certificate authority';
  // forge, which signs the leaves, reads no other keys.
  return parsed.publicKey.asymmetricKeyType === 'rsa' ? undefined : 'has a key that is not RSA';
}

/** Whether all that speaks against an authority is its age: it can still sign leaves that callers accept. */
export const isMerelyOld = (fault: string | undefined): boolean => fault === AGED;

/** What a serving certificate has to be. */
export interface LeafDemands {
  /** The certificate of the authority that must have signed it. */
  readonly ca: string;
  /** The DNS names and IP addresses that it must be good for. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * From 0 to 1: how much of a tenth of its life it is renewed before two thirds are over. Replicas draw a number each,
   * so that they do not all renew at once.
   */
  readonly jitter: number;
}

/** What speaks against going on with a serving certificate that was made earlier. */
export function faultOfLeaf({ cert, key }: Issued, demands: LeafDemands): string | undefined {
  return firstFault(cert, key, (parsed) => {
    const ca = new X509Certificate(demands.ca);
    if (!isSignedBy(parsed, ca)) return 'is not signed by ca.crt';
    const missing = demands.hosts.find((host) => !covers(parsed, host));
    return missing === undefined ? faultOfLife(parsed, ca, demands) : `is not for ${missing}`;
  });
}

/** An old one that ends with its authority stays: no other could end later, and each would be old sooner. */
function faultOfLife(
  leaf: X509Certificate,
  ca: X509Certificate,
  { now, jitter }: LeafDemands,
): string | undefined {
  const fault = faultOfTime(leaf, now, 1 / 3 + jitter / 10);
  const isLast = Date.parse(leaf.validTo) >= Date.parse(ca.validTo);
  return fault === AGED && isLast ? undefined : fault;
}

function firstFault(
  cert: string,
  key: string,
  further: (parsed: X509Certificate) => string | undefined,
): string | undefined {
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return 'does not belong to its key';
    return further(parsed);
  } catch {
    return 'cannot be read, or its key cannot';
  }
}

const isSignedBy = (leaf: X509Certificate, ca: X509Certificate): boolean =>
  leaf.checkIssued(ca) && leaf.verify(ca.publicKey);

const covers = (cert: X509Certificate, host: string): boolean =>
  (isIP(host) === 0 ? cert.checkHost(host, { subject: 'never' }) : cert.checkIP(host)) !==
  undefined;

/**
 * What speaks against the time of a certificate; of a chain in PEM, of its first one.
 *
 * @param now milliseconds since 1970.
 * @returns a clause such as `has expired`, or undefined if it is valid.
 * @throws Error if it is no certificate in PEM.
 */
export const faultOfValidity = (cert: string, now: number): string | undefined =>
  faultOfPeriod(new X509Certificate(cert), now);

function faultOfPeriod({ validFrom, validTo }: X509Certificate, now: number): string | undefined {
  if (now < Date.parse(validFrom)) return 'is not valid yet';
  return now >= Date.parse(validTo) ? 'has expired' : undefined;
}

/** A third of its life must be left, so that whoever restarts the injector once a week never meets an expired one. */
function faultOfTime(parsed: X509Certificate, now: number, spare = 1 / 3): string | undefined {
  const [from, to] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
  const isAged = to - now <= (to - from) * spare;
  return faultOfPeriod(parsed, now) ?? (isAged ? AGED : undefined);
}

const AGED = 'nears the end of its life';
