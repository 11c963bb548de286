/**
 * A provider profile: how to recognise a kind of virtual node, and what it can and cannot do. It is data, so that an
 * operator can add one in the configuration (`--profiles FILE`).
 */
export interface Profile {
  readonly name: string;
  /** Where the facts come from. */
  readonly source: string;
  /** A node is of this kind when any of these holds. */
  readonly nodes: readonly NodeRule[];
  /** A pod will land on this kind of node when any of these holds, whatever nodes exist. */
  readonly pods: readonly PodRule[];
  /** What a node of this kind will look like, for providers that make the node after the pod (Fargate). */
  readonly promisedNode?: {
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly { key: string; value?: string; effect: string }[];
  };
  /** `inject`, or `leave`: the platform has its own way, recognised and left alone. */
  readonly action: 'inject' | 'leave';
  /** Native sidecars (init containers with `restartPolicy: Always`): never, always, or by the kubelet's version. */
  readonly nativeSidecars: VersionRule;
  /** `spec.resources` of a pod: never, always, or by the kubelet's version. */
  readonly podLevelResources: VersionRule;
  /** Ephemeral containers, which are added to a pod that runs: never, always, or by the kubelet's version. */
  readonly ephemeralContainers: VersionRule;
  /** Whether the sandbox lets a container be privileged. */
  readonly privileged: boolean;
  /** Capabilities that a container may add; `any` where the provider refuses none. */
  readonly capabilities: 'any' | readonly string[];
  /** `none`: a hostPath has no host behind it. `private`: it is the pod's own sandbox and is kept. */
  readonly hostPath: 'none' | 'private';
  /** What `/proc`, `/sys` and `/dev` of the host mean: `own`: those of the container; `refuse`: nothing honest. */
  readonly hostView: 'own' | 'refuse';
  /** Whether `subPath` works on an emptyDir. */
  readonly emptyDirSubPath: boolean;
  /** The most containers a pod may have, init containers included. */
  readonly maxContainers?: number;
  /** Ports that the provider uses itself inside the pod's network. */
  readonly reservedPorts: readonly number[];
  /** Who writes events of containers there: the kubelet, or nobody, so that the injector tells of those that it injected. */
  readonly events: 'kubelet' | 'none';
  /** Annotations that make an injected container harmless there, added to the pod where absent. */
  readonly annotations: Readonly<Record<string, string>>;
}

export type VersionRule = 'no' | 'yes' | 'by-version';

export type NodeRule =
  | { readonly label: string; readonly value?: string }
  | { readonly taint: string; readonly value?: string }
  | { readonly providerID: string };

export type PodRule =
  | { readonly schedulerName: string }
  | { readonly label: string; readonly value?: string }
  | { readonly annotation: string; readonly value?: string };
