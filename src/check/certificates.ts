import type { X509Certificate } from 'node:crypto';
import type { KubernetesObject } from '../core/model/types.js';
import { given } from './answer.js';
import { finding, findingIf, type Finding } from './finding.js';
import type { Hook } from './hooks.js';
import { certificatesOf } from './installed.js';
import { certificatesIn, endsSoon, fromBase64, identityOf, isValidAt, untilText } from './pem.js';
import { textAt } from './raw.js';
import { isInstalled, ownWebhook, type Seen } from './seen.js';
import { podHookIn } from './webhook.js';

/** Whether the API server can trust the replicas, and for how long. */
export function findCertificates(seen: Seen): readonly Finding[] {
  if (!isInstalled(seen)) return [];
  return given(ownWebhook(seen), (configuration) => {
    const hook = podHookIn(configuration);
    if (hook === undefined) return [];
    const bundle = bundleOf(hook);
    if (typeof bundle === 'string') return [finding(bundle)];
    return [...ofBundle(bundle, seen), ...ofSource(bundle, seen)];
  });
}

type Bundle = readonly X509Certificate[];

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

/** Where the authority comes from: our Secret, or somebody else. */
function ofSource(bundle: Bundle, seen: Seen): readonly Finding[] {
  if (certificatesOf(seen) === 'files') return [finding('certificates_given')];
  const { namespace, caSecret } = seen.names;
  return given(
    seen.objects.caSecret,
    (secret) => ofSecret(secret, bundle, seen),
    () => [finding('ca_secret_missing', `${namespace}/${caSecret}`)],
  );
}

/** The keys of the Secret: the authority that signs at this time, the next one, and the one before. */
const KEYS = ['ca.crt', 'next.crt', 'previous.crt'];

function ofSecret(secret: KubernetesObject, bundle: Bundle, { now }: Seen): readonly Finding[] {
  const [present, ...others] = KEYS.map((key) => certificatesAt(secret, key));
  const authority = present?.[0];
  if (authority === undefined || others.includes(undefined))
    return [finding('ca_secret_unreadable')];
  const all = [authority, ...others.flatMap((one) => one ?? [])].filter((one) =>
    isValidAt(one, now),
  );
  return [
    ...ofComparison(authority, all, bundle),
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
