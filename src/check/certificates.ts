import type { X509Certificate } from 'node:crypto';
import { bundleOf, readAuthority, type Authority } from '../certs/authority.js';
import { bundleText, certificatesIn, holdsBundle, isSameBundle } from '../certs/bundle.js';
import type { KubernetesObject } from '../core/model/types.js';
import { given } from './given.js';
import { finding, findingIf, type Finding } from './finding.js';
import { hostOf, type Hook } from './hooks.js';
import { findLeaf, type Leaf } from './leaf.js';
import { endsSoon, fromBase64, isValidAt, untilText } from './pem.js';
import { textAt, titleOf } from '../survey/raw.js';
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
    const bundle = bundleIn(hook);
    if (typeof bundle === 'string') return [finding(bundle)];
    const source =
      seen.certificates === 'self'
        ? ofAuthority(bundle, seen)
        : [
            finding('certificates_given'),
            ...findLeaf(leaf, {
              authorities: bundle.certificates,
              host: hostOf(hook),
              now: seen.now,
            }),
          ];
    return [...ofBundle(bundle, seen), ...source];
  });
}

/** What the API server trusts. */
interface Bundle {
  readonly pem: string;
  readonly certificates: readonly X509Certificate[];
}

function bundleIn({ entry }: Hook): Bundle | 'ca_bundle_empty' | 'ca_bundle_unreadable' {
  const pem = fromBase64(textAt(entry, 'clientConfig', 'caBundle'));
  if (pem === '') return 'ca_bundle_empty';
  const certificates = certificatesIn(pem);
  const isClean = isSameBundle(pem, bundleText(certificates));
  return isClean && certificates.length > 0 ? { pem, certificates } : 'ca_bundle_unreadable';
}

function ofBundle({ certificates }: Bundle, { now }: Seen): readonly Finding[] {
  const valid = certificates.filter((one) => isValidAt(one, now));
  if (valid.length === 0)
    return [finding('ca_bundle_expired', certificates.map(untilText).join('; '))];
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

/** The private key is looked at as well, for without it the authority signs nothing. It goes nowhere. */
function ofSecret(secret: KubernetesObject, { pem }: Bundle, { now }: Seen): readonly Finding[] {
  const reading = readAuthority(secret);
  if (reading.kind === 'empty') return [finding('ca_secret_empty', titleOf(secret))];
  if (reading.kind === 'garbage') return [finding('ca_secret_unreadable', reading.problem)];
  const { authority } = reading;
  return [
    finding(comparison(pem, authority, now)),
    ...findingIf(authority.next !== undefined, 'ca_rotating'),
  ];
}

function comparison(pem: string, authority: Authority, now: number): Finding['code'] {
  if (!holdsBundle(pem, authority.ca.cert)) return 'ca_bundle_differs';
  return isSameBundle(pem, bundleOf(authority, now)) ? 'ca_secret_matches' : 'ca_bundle_lags';
}
