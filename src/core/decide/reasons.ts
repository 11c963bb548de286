import type { podReasons, Reason } from './pod-reasons.js';
import { NOTHING } from './pod-reasons.js';

export { podReasons } from './pod-reasons.js';
export type { Reason } from './pod-reasons.js';

/*
 * Every reason that the injector can give, each with one sentence and what to do about it.
 *
 * This and pod-reasons.ts are the only list: the log line, the metric label, the CLI, the golden files and
 * docs/reasons.md use its codes.
 */

export const daemonSetReasons = {
  injected: {
    sentence:
      'The containers of the DaemonSet are in the pod; ephemeral ones are added once it is bound.',
    todo: NOTHING,
  },
  not_marked: {
    sentence: 'The DaemonSet is not marked with ds-injection "true".',
    todo: 'Set the annotation on spec.template.metadata.annotations if it should be injected.',
  },
  malformed_daemonset: {
    sentence:
      'A field of the DaemonSet that injection reads does not have the type that the Kubernetes API gives it.',
    todo: 'Correct the field that the detail names.',
  },
  daemonset_deleted: { sentence: 'The DaemonSet is being deleted.', todo: NOTHING },
  not_listed: {
    sentence:
      "The pod's annotation ds-injection lists the DaemonSets that it wants, and this is not one of them.",
    todo: 'Add it to the list, as namespace/name or name.',
  },
  label_mismatch: {
    sentence: "The pod lacks a label that the DaemonSet's ds-inject-by-label asks for.",
    todo: 'Give the pod the label, or change the annotation of the DaemonSet.',
  },
  other_operating_system: {
    sentence: 'The DaemonSet and the pod are for different operating systems.',
    todo: NOTHING,
  },
  node_not_selected: {
    sentence:
      "The DaemonSet's node selector or node affinity leaves out the virtual nodes on which the pod can land.",
    todo: 'Let the DaemonSet select those nodes, as it would for a real one.',
  },
  taint_not_tolerated: {
    sentence:
      'The DaemonSet does not tolerate a taint of the virtual nodes on which the pod can land.',
    todo: 'Add the toleration that the detail names to the DaemonSet, as it would need for a real node.',
  },
  isolation_not_available: {
    sentence:
      'The DaemonSet would have to go into the pod as ephemeral containers (isolation is asked for, or the pod runs already), and the node or API server has none, or there is no leader who adds them.',
    todo: 'Set ds-injector.io/isolation to sidecar, run the injector in a cluster with Kubernetes 1.25 or later, or say in a profile that the nodes have them (ephemeralContainers).',
  },
  not_ephemeral: {
    sentence:
      'The DaemonSet would have to go into the pod as ephemeral containers, and it needs something that these cannot have.',
    todo: 'For a pod that runs already: make it anew. Else set ds-injector.io/isolation to sidecar, or make a copy of the DaemonSet without what the detail names.',
  },
  no_native_sidecars: {
    sentence:
      'The pod ends by itself, and its node or API server has no native sidecars, so an injected container would keep it from ending.',
    todo: 'Use Kubernetes 1.29 or later there.',
  },
  revision_broken: {
    sentence:
      'The revision of the DaemonSet failed in the pods that have it, and there is none that is proven.',
    todo: 'Correct the DaemonSet; the detail says how it failed.',
  },
  host_mutator: {
    sentence: 'The DaemonSet has to change its host, and a virtual node has none.',
    todo: 'Keep it off virtual nodes; the platform does this work there.',
  },
  host_view: {
    sentence:
      "The DaemonSet reads its host's /proc, /sys, /dev or root, and nothing in this kind of node stands for it.",
    todo: 'If the sandbox is a virtual machine of its own, say so in a profile (hostView: own).',
  },
  host_file: {
    sentence:
      'The DaemonSet mounts a file, socket or device of its host, which a virtual node does not have.',
    todo: 'Make a copy of the DaemonSet without that mount for virtual nodes.',
  },
  not_portable: {
    sentence: 'The DaemonSet uses something that cannot be carried over into another pod.',
    todo: 'Make a copy of the DaemonSet without what the detail names for virtual nodes.',
  },
  capability_refused: {
    sentence: 'The provider of the virtual node refuses a capability that the DaemonSet adds.',
    todo: 'Make a copy of the DaemonSet without the capability for these nodes.',
  },
  root_user: {
    sentence:
      'The DaemonSet demands not to run as root and names no user, and the pod makes all its containers run as root.',
    todo: 'Set runAsUser in the DaemonSet.',
  },
  pod_security: {
    sentence:
      "The Pod Security level that the pod's namespace enforces would refuse the pod with this DaemonSet.",
    todo: 'Give the DaemonSet the securityContext that the level asks for, or opt the namespace out.',
  },
  config_missing: {
    sentence:
      "A ConfigMap or Secret that the DaemonSet mounts by subPath is not in the pod's namespace, and such a mount cannot be optional.",
    todo: "Create it in the pod's namespace (and in the World), or mount it without subPath.",
  },
  port_taken: {
    sentence:
      'A port of the DaemonSet is taken by the business, by another DaemonSet or by the provider.',
    todo: 'Change the port in the DaemonSet or in the pod.',
  },
  container_limit: {
    sentence: 'The pod would have more containers than the provider allows.',
    todo: "Choose fewer DaemonSets, with a list in the pod's ds-injection annotation.",
  },
} as const satisfies Record<string, Reason>;

export const warnings = {
  invalid_annotation: {
    sentence: 'An annotation has a value that means nothing; the default applies.',
    todo: 'Correct the value; the README lists what each annotation takes.',
  },
  unknown_daemonset: {
    sentence: 'The pod lists a DaemonSet that does not exist or is not marked.',
    todo: 'Correct the list in the ds-injection annotation.',
  },
  broken_revision: {
    sentence:
      'The revision of a DaemonSet failed in the pods that have it; an earlier one is injected.',
    todo: 'Correct the DaemonSet; the message says how it failed.',
  },
  record_dropped: {
    sentence:
      'The record on the pod named containers that are not what the injector would have made, and was dropped.',
    todo: 'Take the annotation ds-injector.io/record and the containers out of the manifest.',
  },
  renamed: {
    sentence:
      'An injected container has another name than in its DaemonSet, because the pod has one of that name.',
    todo: 'Use the new name after -c, or choose names that differ.',
  },
  host_file_left_out: {
    sentence:
      "A file of the host was left out of the DaemonSet's mounts; the container sees its image's own.",
    todo: 'Nothing, if the DaemonSet does without; else mount it from a ConfigMap.',
  },
  stdout_not_visible: {
    sentence:
      "The DaemonSet reads the log files of containers on its host; on a virtual node there are none, so it sees no container's output.",
    todo: 'Let the business write log files into a volume that both mount, or use a collector of the provider.',
  },
  privileged_dropped: {
    sentence: 'The container is privileged in its DaemonSet and is not here.',
    todo: 'Nothing, if it does without; else keep the DaemonSet off virtual nodes.',
  },
  runs_as_root: {
    sentence:
      "The DaemonSet names no user, and the pod's own must not apply to it, so the container runs as root.",
    todo: 'Set runAsUser in the DaemonSet.',
  },
  runs_as_pod_user: {
    sentence:
      "The DaemonSet demands not to run as root and names no user, so the pod's own user applies to the container.",
    todo: 'Set runAsUser in the DaemonSet.',
  },
  security_field_dropped: {
    sentence:
      "A field of the DaemonSet's pod security context has no place in a container and was left out.",
    todo: 'Set in the containers what they need.',
  },
  config_assumed: {
    sentence:
      "A ConfigMap or Secret that the DaemonSet refers to is not known in the pod's namespace; it is assumed to exist there.",
    todo: "Create it in the pod's namespace; without it the container starts without.",
  },
  config_key_missing: {
    sentence: 'A ConfigMap or Secret lacks a key that the DaemonSet refers to.',
    todo: 'Add the key; without it the container starts without.',
  },
  service_account_assumed: {
    sentence: "The pod's ServiceAccount is not known, so its image pull secrets are not either.",
    todo: 'Add the ServiceAccount to the World.',
  },
  probe_left_out: {
    sentence:
      "A probe or hook of the DaemonSet was left out: it names a host, which would be the node's, or would hold the start of the business.",
    todo: 'Nothing, or let the probe use the address of the pod.',
  },
  restart_rule_left_out: {
    sentence:
      'The container of the DaemonSet has a restart policy or rules of its own, which could restart the business; they were left out.',
    todo: 'Make what shall run once an init container of the DaemonSet.',
  },
  ephemeral_without: {
    sentence:
      'The container of the DaemonSet has probes, hooks, limits or a restart policy, which an ephemeral container cannot have.',
    todo: 'Nothing, if it does without; else set ds-injector.io/isolation to sidecar.',
  },
  start_gate_missing: {
    sentence:
      'The pod asked to start after the DaemonSet, and the container has no probe that says when it is ready.',
    todo: 'Give the container of the DaemonSet a startup or readiness probe.',
  },
  native_not_available: {
    sentence:
      'Native sidecars were asked for, and the node or API server has none; plain containers are used.',
    todo: 'Use Kubernetes 1.29 or later there.',
  },
  guaranteed_by_limits: {
    sentence:
      'To keep the QoS class Guaranteed, the injected container has requests equal to its limits, which count.',
    todo: 'Use Kubernetes 1.34 or later, where the pod can have resources of its own.',
  },
  guaranteed_shared: {
    sentence:
      'The pod is Guaranteed, so the injected containers share the memory and CPU that it reserves for itself.',
    todo: 'Give the pod some memory more than the business needs, as much as the injected containers use.',
  },
  resources_not_kept: {
    sentence:
      'With resources=keep, a pod with resources of its own would be refused, so the injected containers request nothing.',
    todo: 'Nothing, or give the pod no resources of its own.',
  },
  qos_changed: {
    sentence:
      'With resources=keep, the pod has another QoS class than without the injected containers.',
    todo: 'Use resources=zero, or give the DaemonSet resources that fit.',
  },
  field_of_workload: {
    sentence:
      "A field that means the DaemonSet's own pod could not be resolved and yields the workload pod's.",
    todo: 'Nothing, if the container can use it; else set the value in the DaemonSet.',
  },
  limit_ignored: {
    sentence:
      'The size limit of a volume was left out, because exceeding it would evict the business pod.',
    todo: NOTHING,
  },
} as const satisfies Record<string, Reason>;

export type PodReason = keyof typeof podReasons;
export type DaemonSetReason = keyof typeof daemonSetReasons;
export type WarningCode = keyof typeof warnings;
