import { X509Certificate } from 'node:crypto';
import { faultOfLeaf, faultOfValidity, type LeafDemands } from './inspect.js';
import type { Issued } from './issue.js';

/** What is to be done about the serving certificate of a replica. */
export type LeafStep =
  /** It serves. */
  | { readonly kind: 'keep' }
  /** Another authority signs, and callers may not know it yet; the one in use is still good. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'issue' }
  /** Nothing can be done here. */
  | { readonly kind: 'stuck'; readonly why: string };

export interface LeafView extends Omit<LeafDemands, 'ca'> {
  /** The authority that signs. */
  readonly ca: Issued;
  /** Whether it has been known for so long, as the next one or as this one, that callers trust it. */
  readonly isTrusted: boolean;
}

/**
 * The next step of a replica's serving certificate.
 *
 * @param leaf the one in use, if it is one of an authority.
 */
export function leafStep(leaf: Issued | undefined, view: LeafView): LeafStep {
  const ca = new X509Certificate(view.ca.cert);
  if (view.now >= Date.parse(ca.validTo))
    return { kind: 'stuck', why: 'the authority has expired' };
  if (!leaf) return { kind: 'issue' };
  if (faultOfLeaf(leaf, { ...view, ca: view.ca.cert }) === undefined) return { kind: 'keep' };
  const isForeign = !new X509Certificate(leaf.cert).verify(ca.publicKey);
  const isGood = faultOfValidity(leaf.cert, view.now) === undefined;
  return { kind: isForeign && isGood && !view.isTrusted ? 'wait' : 'issue' };
}
