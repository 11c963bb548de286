import { X509Certificate } from 'node:crypto';
import type { KubernetesObject } from '../core/model/types.js';
import { bundleText, certificatesIn } from './bundle.js';
import { faultOfSigner } from './inspect.js';
import type { Issued } from './issue.js';

/** The certificate authority that all replicas share. */
export interface Authority {
  /** Signs the leaves. */
  readonly ca: Issued;
  /** Will sign them, once all callers have heard of it. */
  readonly next?: Issued;
  /** Certificates that signed leaves which may still be served, in PEM. */
  readonly previous: readonly string[];
  /** When `next` became `ca` last, in milliseconds since 1970. */
  readonly promotedAt?: number;
}

/** What a Secret holds. */
export type AuthorityReading =
  | { readonly kind: 'empty' }
  | { readonly kind: 'garbage'; readonly problem: string }
  | { readonly kind: 'ready'; readonly authority: Authority };

const PROMOTED_AT = 'ds-injector.io/promoted-at';
const KEYS = ['ca.crt', 'ca.key', 'next.crt', 'next.key', 'previous.crt'] as const;
type Key = (typeof KEYS)[number];

/**
 * Reads the authority in a Secret, whatever that holds; this never throws. A `next` that is unfit counts as absent, for
 * the leader makes another one; what cannot be read of `previous` is left out.
 */
export function readAuthority(secret: KubernetesObject): AuthorityReading {
  const { data } = secret;
  if (KEYS.every((key) => valueIn(data, key) === '')) return { kind: 'empty' };
  const read = (key: Key): string => decoded(valueIn(data, key));
  const ca = { cert: read('ca.crt'), key: read('ca.key') };
  const fault = faultOfSigner(ca);
  if (fault !== undefined) return { kind: 'garbage', problem: `ca.crt ${fault}` };
  const next = { cert: read('next.crt'), key: read('next.key') };
  const promotedAt = Date.parse(valueIn(secret.metadata?.annotations, PROMOTED_AT));
  return {
    kind: 'ready',
    authority: {
      ca,
      ...(faultOfSigner(next) === undefined && { next }),
      previous: certificatesIn(read('previous.crt')).map(String),
      ...(!Number.isNaN(promotedAt) && { promotedAt }),
    },
  };
}

function valueIn(map: unknown, key: string): string {
  const value: unknown =
    typeof map === 'object' && map !== null ? (map as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : '';
}

/** Node takes any text for base64, and garbage for its letters. */
const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString();
const encoded = (text: string): string => Buffer.from(text).toString('base64');

/** A Secret with an authority in it, and otherwise as it was before; what the authority does not have is taken out. */
export function withAuthority(
  secret: KubernetesObject,
  { ca, next, previous, promotedAt }: Authority,
): KubernetesObject {
  const texts: Readonly<Record<Key, string | undefined>> = {
    'ca.crt': ca.cert,
    'ca.key': ca.key,
    'next.crt': next?.cert,
    'next.key': next?.key,
    'previous.crt': previous.join(''),
  };
  const data = Object.entries(texts).flatMap(([key, text]) =>
    text === undefined || text === '' ? [] : [[key, encoded(text)]],
  );
  const { [PROMOTED_AT]: _, ...annotations } = { ...secret.metadata?.annotations };
  if (promotedAt !== undefined) annotations[PROMOTED_AT] = new Date(promotedAt).toISOString();
  return {
    ...secret,
    metadata: { ...secret.metadata, annotations },
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

/**
 * What callers have to trust: the webhook configuration's `caBundle` before it is put into base64. Who has expired is left
 * out, other than the one that signs: a bundle without any would let callers trust everybody's authority.
 *
 * @param now milliseconds since 1970.
 */
export function bundleOf({ ca, next, previous }: Authority, now: number): string {
  const further = [next?.cert ?? '', ...previous].flatMap(certificatesIn);
  const alive = further.filter(({ validTo }) => now < Date.parse(validTo));
  return bundleText([new X509Certificate(ca.cert), ...alive]);
}

/** Whether an authority knows a certificate, as the one that signs, will sign or did sign. */
export const knows = ({ ca, next, previous }: Authority, cert: string): boolean =>
  [ca.cert, next?.cert, ...previous].some((one) => one !== undefined && isSame(one, cert));

const isSame = (one: string, other: string): boolean =>
  new X509Certificate(one).fingerprint256 === new X509Certificate(other).fingerprint256;
