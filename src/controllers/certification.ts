import { randomBytes } from 'node:crypto';
import { issueAuthority, serialOf, type Issued } from '../certs/issue.js';
import { keepAuthority, type AuthorityObserver, type AuthorityOptions } from './authority.js';
import type { ServiceRef } from './bundle-patch.js';
import { keepBundle, type BundleObserver } from './ca-bundle.js';
import { propagationOf, rotateAuthority, type RotationObserver } from './rotation.js';
import { keepServing, type Serving, type ServingOptions } from './serving.js';

export interface CertificationOptions
  extends
    Pick<
      AuthorityOptions,
      'client' | 'random' | 'times' | 'watch' | 'clock' | 'secret' | 'labels' | 'absence'
    >,
    Pick<ServingOptions, 'use' | 'loaded' | 'refused' | 'patience'> {
  /** The Service under which the API server calls the webhook. */
  readonly service: ServiceRef;
  /** Further names for the serving certificate. */
  readonly hosts: readonly string[];
  /** The name of the MutatingWebhookConfiguration. */
  readonly configuration: string;
  /** Milliseconds for which certificates are good. */
  readonly lifetimes: { readonly authority: number; readonly leaf: number };
  /** Milliseconds after which callers trust what is in the bundle. */
  readonly propagation?: number;
  readonly observe: {
    readonly authority: AuthorityObserver;
    readonly bundle: BundleObserver;
    readonly rotation: RotationObserver;
  };
}

/** Certificates for all replicas from one authority, with nobody's help. */
export interface Certification extends Serving {
  /** What the leader does for all: rotates the authority, and keeps the bundle. */
  lead(signal: AbortSignal): Promise<void>;
}

/** Puts together what the certificates of a replica need; nothing runs yet. */
export function certify(options: CertificationOptions): Certification {
  const { clock, service, lifetimes, observe } = options;
  const propagation = options.propagation ?? propagationOf(lifetimes.authority);
  const issue = (): Promise<Issued> =>
    issueAuthority({ now: clock.now(), serial: serialOf(randomBytes(16)) }, lifetimes.authority);
  const keeper = keepAuthority({ ...options, issue, observe: observe.authority });
  const serving = keepServing({
    ...options,
    authority: () => keeper.current(),
    hosts: [...new Set([...hostsOf(service), ...options.hosts])],
    lifetime: lifetimes.leaf,
    propagation,
    jitter: options.random(),
  });
  const bundle = keepBundle({
    ...options,
    bundle: () => keeper.bundle(),
    observe: observe.bundle,
  });
  keeper.listen(() => {
    serving.refresh();
    bundle.refresh();
  });
  return {
    ...serving,
    start: async () => {
      keeper.start();
      await serving.start();
    },
    stop: async () => {
      await Promise.all([keeper.stop(), serving.stop()]);
    },
    unready: () => keeper.unready() ?? serving.unready(),
    lead: async (signal) => {
      const rotation = { ...options, keeper, bundle, issue, leafLifetime: lifetimes.leaf };
      await Promise.all([
        bundle.run(signal),
        rotateAuthority({ ...rotation, propagation, observe: observe.rotation }, signal),
      ]);
    },
  };
}

/** The names of a Service within its cluster; the API server calls the first. */
const hostsOf = ({ name, namespace }: ServiceRef): readonly string[] => [
  `${name}.${namespace}.svc`,
  `${name}.${namespace}.svc.cluster.local`,
  `${name}.${namespace}`,
  name,
];
