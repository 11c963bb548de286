import type { Profile } from './profiles/profile.js';

/** The part of the configuration that injection depends on. `src/config/` holds defaults and documentation. */
export interface Settings {
  /** Annotation prefixes with their slash; for each key the first prefix that is present wins. */
  readonly annotationPrefixes: readonly string[];
  /** What to do with a pod that may land on a virtual node or on a real one. */
  readonly mixed: 'late' | 'inject' | 'pin' | 'skip';
  /** `zero`: injected containers neither schedule nor cost (seed 001). `keep`: as the DaemonSet says. */
  readonly resources: 'zero' | 'keep';
  /** The default of `ds-injector.io/isolation`. */
  readonly isolation: 'sidecar' | 'ephemeral';
  /** Host namespaces that do not keep a pod from being injected. */
  readonly allowHostNamespaces: readonly HostNamespace[];
  /** The API server's version, `major.minor`. */
  readonly kubernetesVersion: string;
  /** Profiles in the order in which a node is held against them; the first that recognises it wins. */
  readonly profiles: readonly Profile[];
  /** Profiles whose platform injects by itself and is left to do so. */
  readonly leaveToPlatform: readonly string[];
  /**
   * Whether DaemonSets live on virtual nodes, which takes a leader in a cluster: placeholders are gated, since somebody
   * writes their status; pods get the revision that these want; and revisions have to prove themselves. Else pods of
   * DaemonSets are left alone, and every revision counts as proven.
   */
  readonly placeholders: boolean;
  /** Whether somebody adds ephemeral containers to pods that are bound, which takes a leader in a cluster. */
  readonly addsLater: boolean;
  /** Where the injector itself runs; its own pods are left alone. */
  readonly own?: { readonly namespace: string; readonly release: string };
}

export type HostNamespace = 'hostNetwork' | 'hostPID' | 'shareProcessNamespace';
