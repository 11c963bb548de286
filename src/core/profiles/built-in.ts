import type { Profile } from './profile.js';

/** What holds for a virtual node of which nothing more is known. */
export const unknownVirtualNode = {
  pods: [],
  action: 'inject',
  nativeSidecars: 'by-version',
  podLevelResources: 'by-version',
  // The virtual-kubelet library has no path for them: it would take the pod and never start one.
  ephemeralContainers: 'no',
  privileged: false,
  capabilities: 'any',
  hostPath: 'none',
  hostView: 'refuse',
  emptyDirSubPath: true,
  reservedPorts: [],
  events: 'kubelet',
  annotations: {},
} as const satisfies Partial<Profile>;

/** Tencent's super node, the platform of the seed: each pod runs in a micro virtual machine of its own. */
const tencent: Profile = {
  ...unknownVirtualNode,
  name: 'tencent',
  source: 'Tencent Cloud, "Running DaemonSets on super nodes" (2024-02-04) and document 457/45561',
  nodes: [
    { label: 'node.kubernetes.io/instance-type', value: 'eklet' },
    { taint: 'eks.tke.cloud.tencent.com/eklet' },
  ],
  // Each pod has a kubelet of its own kind behind it, and kubectl debug works there.
  ephemeralContainers: 'by-version',
  hostView: 'own',
};

/** AWS Fargate makes the node after the pod; its own webhook names the scheduler. */
const fargate: Profile = {
  ...unknownVirtualNode,
  name: 'fargate',
  source:
    'Amazon EKS user guide, "Fargate pod configuration"; node labels and taints as published in node dumps',
  nodes: [
    { label: 'eks.amazonaws.com/compute-type', value: 'fargate' },
    { taint: 'eks.amazonaws.com/compute-type', value: 'fargate' },
  ],
  pods: [
    { schedulerName: 'fargate-scheduler' },
    { label: 'eks.amazonaws.com/fargate-profile' },
    { annotation: 'eks.amazonaws.com/fargate-profile' },
  ],
  promisedNode: {
    labels: {
      'eks.amazonaws.com/compute-type': 'fargate',
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
    },
    taints: [{ key: 'eks.amazonaws.com/compute-type', value: 'fargate', effect: 'NoSchedule' }],
  },
  // A real kubelet runs in each virtual machine.
  ephemeralContainers: 'by-version',
  capabilities: ['SYS_PTRACE'],
  hostView: 'own',
};

/** kwok plays nodes; nothing runs there, so nothing can go wrong. */
const kwok: Profile = {
  ...unknownVirtualNode,
  name: 'kwok',
  source: 'kwok documentation, "Manage nodes and pods"',
  nodes: [
    { label: 'type', value: 'kwok' },
    { taint: 'kwok.x-k8s.io/node' },
    { providerID: 'kwok://' },
  ],
  nativeSidecars: 'yes',
  podLevelResources: 'yes',
  ephemeralContainers: 'yes',
  hostView: 'own',
};

/** Every provider that is built on the virtual-kubelet library and has no profile of its own. */
const virtualKubelet: Profile = {
  ...unknownVirtualNode,
  name: 'virtual-kubelet',
  source: 'virtual-kubelet: the defaults of its node package and of its command line',
  nodes: [{ label: 'type', value: 'virtual-kubelet' }, { taint: 'virtual-kubelet.io/provider' }],
};

/** The profiles that come with the injector, in the order in which a node is held against them. */
export const builtInProfiles: readonly Profile[] = [tencent, fargate, kwok, virtualKubelet];
