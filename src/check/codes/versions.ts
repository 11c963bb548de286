import { NOTHING, type Kind } from './kind.js';

/** What is said of the versions of API server and kubelets. */
export const versionCodes = {
  kubernetes_current: {
    level: 'ok',
    sentence: 'The API server has all that the injector uses.',
    todo: NOTHING,
  },
  kubernetes_too_old: {
    level: 'error',
    sentence: 'The API server is older than any that the injector is made for.',
    todo: 'Use Kubernetes 1.28 or later; 1.30 has everything.',
  },
  kubernetes_without_native_sidecars: {
    level: 'warning',
    sentence:
      'The API server has no native sidecars: pods of Jobs are left alone, and start-after-ds is done by a hook.',
    todo: 'Use Kubernetes 1.29 or later.',
  },
  kubernetes_without_admission_policies: {
    level: 'warning',
    sentence:
      'The API server has no ValidatingAdmissionPolicies, so whoever may change a DaemonSet may mark it.',
    todo: 'Use Kubernetes 1.30 or later, or give the rights on DaemonSets to those only who may put containers into the pods of others.',
  },
  kubernetes_version_unreadable: {
    level: 'warning',
    sentence:
      'The API server does not say its version in a way that can be read; the newest is assumed.',
    todo: 'Say it with --kubernetes-version.',
  },
  kubelets_current: {
    level: 'ok',
    sentence: 'The virtual nodes have native sidecars.',
    todo: NOTHING,
  },
  kubelets_without_native_sidecars: {
    level: 'warning',
    sentence: 'Virtual nodes have no native sidecars: pods of Jobs are left alone there.',
    todo: 'Use Kubernetes 1.29 or later there; if the provider has them all the same, say nativeSidecars: yes in a profile.',
  },
  kubelets_unreadable: {
    level: 'info',
    sentence:
      'Virtual nodes name no version; they count as being of the version of the API server.',
    todo: 'Nothing; if the provider is older, say nativeSidecars: no in a profile.',
  },
} as const satisfies Record<string, Kind>;
