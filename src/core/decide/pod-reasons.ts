/** A code of a decision or a warning, for people. */
export interface Reason {
  readonly sentence: string;
  readonly todo: string;
}

export const NOTHING = 'Nothing: this is as it should be.';

/** What can become of a pod; see reasons.ts. */
export const podReasons = {
  injected: {
    sentence:
      'Containers of at least one marked DaemonSet are in the pod, or will be added once it is bound.',
    todo: NOTHING,
  },
  not_a_pod_create: {
    sentence: 'The request is not the creation of a Pod, or it concerns a subresource.',
    todo: 'Nothing; narrow the webhook configuration to CREATE of pods to save the call.',
  },
  malformed_pod: {
    sentence:
      'A field of the pod that injection reads does not have the type that the Kubernetes API gives it.',
    todo: 'Correct the field that the detail names; the API server will say the same.',
  },
  mirror_pod: {
    sentence: 'The pod mirrors a static pod of a kubelet and cannot be changed.',
    todo: NOTHING,
  },
  placeholder: {
    sentence:
      "The DaemonSet controller made this pod for a virtual node; it stands for the DaemonSet's containers there and never starts.",
    todo: NOTHING,
  },
  placeholder_not_gated: {
    sentence:
      'The DaemonSet controller made this pod for a virtual node, and it is not kept from starting: nobody would write its status (placeholders is leave, or there is no cluster), or it is bound already.',
    todo: 'In a cluster, set the option placeholders to gate; else expect it to stay Pending, or to be run by the provider.',
  },
  daemonset_pod: {
    sentence: 'The pod belongs to a DaemonSet itself.',
    todo: NOTHING,
  },
  own_pod: {
    sentence: "The pod is the injector's own.",
    todo: NOTHING,
  },
  pod_opted_out: {
    sentence: 'The pod\'s annotation ds-injection is "false".',
    todo: 'Remove the annotation to have the pod injected.',
  },
  namespace_opted_out: {
    sentence: 'The namespace\'s annotation ds-injection is "false".',
    todo: 'Annotate the pod with ds-injection "true" to have it injected all the same.',
  },
  kube_system: {
    sentence: 'Pods of kube-system are injected only when they ask for it.',
    todo: 'Annotate the pod with ds-injection "true" to have it injected.',
  },
  host_network: {
    sentence:
      "The pod uses its host's network, where an injected container could take ports from others.",
    todo: 'Allow it with the option allow-host-namespaces=hostNetwork.',
  },
  host_pid: {
    sentence: "The pod sees its host's processes.",
    todo: 'Allow it with the option allow-host-namespaces=hostPID.',
  },
  share_process_namespace: {
    sentence:
      "The containers of the pod see each other's processes, so an injected one would see the business.",
    todo: 'Allow it with the option allow-host-namespaces=shareProcessNamespace.',
  },
  no_virtual_node: {
    sentence: 'No virtual node is among the nodes on which the pod can be scheduled.',
    todo: 'If it should run on one: let the pod tolerate the taint of the virtual nodes and select them.',
  },
  mixed_nodes: {
    sentence:
      'The pod can be scheduled on virtual nodes and on real ones, and nobody knows yet on which.',
    todo: 'Select the virtual nodes in the pod (nodeSelector or node affinity), or set the option mixed to inject or pin.',
  },
  left_to_platform: {
    sentence: 'The platform of the virtual node injects DaemonSets by itself and is left to do so.',
    todo: 'Take the profile out of the option leave-to-platform if the injector should do it.',
  },
  no_room: {
    sentence:
      'The annotations of the pod are so large that the record of the injection does not fit.',
    todo: 'Make the annotations smaller; the API allows 256 KiB for all of them.',
  },
  no_daemonset: {
    sentence: 'No marked DaemonSet goes into this pod.',
    todo: 'See the reason of each DaemonSet.',
  },
  internal_error: {
    sentence: 'The injector failed on this pod and left it alone.',
    todo: 'Report the log line; it names the fault.',
  },
} as const satisfies Record<string, Reason>;
