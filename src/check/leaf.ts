import type { X509Certificate } from 'node:crypto';
import { certificatesIn } from '../certs/bundle.js';
import { SECRETS } from '../cluster/resources.js';
import type { KubernetesObject } from '../core/model/types.js';
import { type Answer } from '../survey/answer.js';
import { given } from './given.js';
import { finding, type Finding } from './finding.js';
import { mountedSecretOf } from '../survey/installed.js';
import { endsSoon, fromBase64, isSignedBy, isValidAt, untilText } from './pem.js';
import { textAt } from '../survey/raw.js';
import type { Reader } from '../survey/reader.js';
import type { Seen } from './seen.js';

/** The Secret of a serving certificate that was given to the replicas; undefined where they issue their own. */
export type Leaf = Answer<KubernetesObject> | undefined;

/** Certificates that replicas issue for themselves are in their memory alone; the dry run shows whether they are good. */
export async function fetchLeaf(reader: Reader, seen: Seen): Promise<Leaf> {
  const { deployment } = seen.objects;
  if (seen.certificates === 'self' || !('value' in deployment)) return undefined;
  const name = mountedSecretOf(deployment.value);
  return name === undefined
    ? undefined
    : reader.get(SECRETS, { namespace: seen.names.namespace, name });
}

type Chain = readonly X509Certificate[];

/** What a serving certificate has to be. */
export interface Demand {
  /** Those in the caBundle. */
  readonly authorities: Chain;
  /** The name by which the API server calls. */
  readonly host: string;
  readonly now: number;
}

export function findLeaf(leaf: Leaf, demand: Demand): readonly Finding[] {
  if (leaf === undefined) return [];
  return given(
    leaf,
    (secret) => ofChain(certificatesIn(fromBase64(textAt(secret, 'data', 'tls.crt'))), demand),
    () => [finding('leaf_unreadable')],
  );
}

function ofChain(
  [leaf, ...between]: Chain,
  { authorities, host, now }: Demand,
): readonly Finding[] {
  if (leaf === undefined) return [finding('leaf_unreadable')];
  if (!isValidAt(leaf, now)) return [finding('leaf_expired', untilText(leaf))];
  if (leaf.checkHost(host, { subject: 'never' }) === undefined) {
    return [finding('leaf_for_another_host', host)];
  }
  // Whoever signed it is in the caBundle, or was in turn signed by one who is.
  const signers = [...authorities, ...between.filter((one) => isTrusted(one, authorities))];
  if (!isTrusted(leaf, signers)) return [finding('leaf_not_trusted')];
  return [finding(endsSoon(leaf, now) ? 'leaf_expires_soon' : 'leaf_current', untilText(leaf))];
}

const isTrusted = (certificate: X509Certificate, authorities: Chain): boolean =>
  authorities.some((one) => isSignedBy(certificate, one) || one.raw.equals(certificate.raw));
