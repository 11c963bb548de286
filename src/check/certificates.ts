import type { X509Certificate } from 'node:crypto';
import type { KubernetesObject } from '../core/model/types.js';
import { given } from './answer.js';
import { finding, findingIf, type Finding } from './finding.js';
import { hostOf, type Hook } from './hooks.js';
import { findLeaf, type Bundle, type Leaf } from './leaf.js';
import { certificatesIn, endsSoon, fromBase64, identityOf, isValidAt, untilText } from './pem.js';
import { textAt, titleOf } from './raw.js';
import { isInstalled, ownWebhook, type Seen } from './seen.js';
import { podHookIn } from './webhook.js';

/**
 * Whether the API server can trust the replicas, and for how long.
 *
 * @param leaf the Secret of a certificate that was given to them, if one was.
 */
export function findCertificates(seen: Seen, leaf: Leaf): readonly Finding[] {
  if (!isInstalled(seen)) return [];
  return given(ownWebhook(seen), (configuration) => {
    const hook = podHookIn(configuration);
    if (hook === undefined) return [];
    const bundle = bundleOf(hook);
    if (typeof bundle === 'string') return [finding(bundle)];
    const source =
      seen.certificates === 'self'
        ? ofAuthority(bundle, seen)
        : [
            finding('certificates_given'),
            ...findLeaf(leaf, { bundle, host: hostOf(hook), now: seen.now }),
          ];
    return [...ofBundle(bundle, seen), ...source];
  });
}

function bundleOf({ entry }: Hook): Bundle | 'ca_bundle_empty' | 'ca_bundle_unreadable' {
  const text = textAt(entry, 'clientConfig', 'caBundle');
  if (text === '') return 'ca_bundle_empty';
  const certificates = certificatesIn(fromBase64(text));
  return certificates === undefined || certificates.length === 0
    ? 'ca_bundle_unreadable'
    : certificates;
}

function ofBundle(bundle: Bundle, { now }: Seen): readonly Finding[] {
  const valid = bundle.filter((one) => isValidAt(one, now));
  if (valid.length === 0) return [finding('ca_bundle_expired', bundle.map(untilText).join('; '))];
  // Of several, one that is on its way out is as it should be.
  const last = valid.reduce((a, b) => (Date.parse(a.validTo) < Date.parse(b.validTo) ? b : a));
  return [finding(endsSoon(last, now) ? 'ca_expires_soon' : 'ca_bundle_current', untilText(last))];
}

function ofAuthority(bundle: Bundle, seen: Seen): readonly Finding[] {
  const { namespace, caSecret } = seen.names;
  return given(
    seen.objects.caSecret,
    (secret) => ofSecret(secret, bundle, seen),
    () => [finding('ca_secret_empty', `${namespace}/${caSecret}`)],
  );
}

/** The keys of the Secret: the authority that signs at this time, the next one, and the one before. */
const KEYS = ['ca.crt', 'next.crt', 'previous.crt'];

function ofSecret(secret: KubernetesObject, bundle: Bundle, { now }: Seen): readonly Finding[] {
  if (textAt(secret, 'data', 'ca.crt') === '') {
    return [finding('ca_secret_empty', titleOf(secret))];
  }
  const [present, ...others] = KEYS.map((key) => certificatesAt(secret, key));
  const authority = present?.[0];
  if (authority === undefined || others.includes(undefined)) {
    return [finding('ca_secret_unreadable', titleOf(secret))];
  }
  const all = [authority, ...others.flatMap((one) => one ?? [])];
  return [
    ...ofComparison(
      authority,
      all.filter((one) => isValidAt(one, now)),
      bundle,
    ),
    ...findingIf(textAt(secret, 'data', 'next.crt') !== '', 'ca_rotating'),
  ];
}

const certificatesAt = (secret: KubernetesObject, key: string): Bundle | undefined =>
  certificatesIn(fromBase64(textAt(secret, 'data', key)));

function ofComparison(authority: X509Certificate, all: Bundle, bundle: Bundle): readonly Finding[] {
  const trusted = new Set(bundle.map(identityOf));
  const wanted = new Set(all.map(identityOf));
  if (!trusted.has(identityOf(authority))) return [finding('ca_bundle_differs')];
  const lacking = [...wanted].filter((one) => !trusted.has(one)).length;
  const foreign = [...trusted].filter((one) => !wanted.has(one)).length;
  if (lacking + foreign === 0) return [finding('ca_secret_matches')];
  return [finding('ca_bundle_lags', `${lacking} missing, ${foreign} of others`)];
}
