import { NOTHING, type Kind } from './kind.js';

/** What is said of the certificates between API server and injector. */
export const certificateCodes = {
  ca_bundle_current: {
    level: 'ok',
    sentence: 'The API server trusts authorities that are valid.',
    todo: NOTHING,
  },
  ca_bundle_empty: {
    level: 'error',
    sentence: 'The caBundle is empty, so the API server trusts no certificate of the injector.',
    todo: 'See why the leader does not fill it in: the log of the replicas, and the right to patch the configuration.',
  },
  ca_bundle_unreadable: {
    level: 'error',
    sentence: 'The caBundle holds something that is no certificate.',
    todo: 'Take the caBundle out of what writes it (Helm values, GitOps); the leader then fills it in.',
  },
  ca_bundle_expired: {
    level: 'error',
    sentence: 'No certificate in the caBundle is valid at this time, so no call succeeds.',
    todo: 'See why the leader does not renew it; check the clocks.',
  },
  ca_expires_soon: {
    level: 'warning',
    sentence: 'An authority has less than a third of its life left and should have been replaced.',
    todo: 'See in the logs of the replicas why the leader does not rotate it. One that you gave: renew it.',
  },
  ca_secret_empty: {
    level: 'error',
    sentence: 'The Secret of the authority is empty or not there.',
    todo: 'See in the logs of the replicas why none makes it.',
  },
  ca_secret_unreadable: {
    level: 'error',
    sentence: 'The Secret with the authority does not hold what it should.',
    todo: 'Delete it; the leader makes another.',
  },
  ca_secret_matches: {
    level: 'ok',
    sentence: 'The caBundle holds the authorities of the Secret.',
    todo: NOTHING,
  },
  ca_bundle_differs: {
    level: 'error',
    sentence:
      'The caBundle lacks the authority that signs the certificates of the replicas, so no call succeeds.',
    todo: 'See what else writes the caBundle (Helm, GitOps, cert-manager), and whether the leader may patch it.',
  },
  ca_bundle_lags: {
    level: 'warning',
    sentence: 'The caBundle is not that of the Secret. The present authority is in it.',
    todo: 'Look again in a minute: a rotation may be under way. Else see what else writes the caBundle.',
  },
  ca_rotating: {
    level: 'info',
    sentence: 'A rotation of the authority is under way.',
    todo: 'Nothing; it ends by itself.',
  },
  certificates_given: {
    level: 'info',
    sentence: 'The certificates are given to the injector, not made by it.',
    todo: 'Nothing; whoever makes them (cert-manager, you) has to renew them.',
  },
  leaf_current: {
    level: 'ok',
    sentence: 'The serving certificate is valid, and the API server trusts it.',
    todo: NOTHING,
  },
  leaf_unreadable: {
    level: 'error',
    sentence: 'The Secret of the serving certificate holds no certificate that can be read.',
    todo: 'Put a certificate in PEM into it, under tls.crt.',
  },
  leaf_expired: {
    level: 'error',
    sentence: 'The serving certificate is not valid at this time.',
    todo: 'Renew it; check the clocks.',
  },
  leaf_expires_soon: {
    level: 'warning',
    sentence: 'The serving certificate has less than a third of its life left.',
    todo: 'Renew it, or see why whatever renews it does not.',
  },
  leaf_not_trusted: {
    level: 'error',
    sentence: 'The serving certificate is not signed by an authority in the caBundle.',
    todo: 'Put the authority that signed it into the caBundle (chart value certificates.caBundle, or cert-manager).',
  },
  leaf_for_another_host: {
    level: 'error',
    sentence: 'The serving certificate is not for the name by which the API server calls.',
    todo: 'Have it made for the name that the detail gives.',
  },
} as const satisfies Record<string, Kind>;
