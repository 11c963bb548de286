import type {
  Container,
  DaemonSet,
  KubernetesObject,
  Node,
  Pod,
  Toleration,
} from '../../src/core/model/types.js';
import type { World } from '../../src/core/world/world.js';
import { worldOf } from './world.js';
import { builtInProfiles, unknownVirtualNode } from '../../src/core/profiles/built-in.js';
import type { Profile } from '../../src/core/profiles/profile.js';
import type { Settings } from '../../src/core/settings.js';
import { merge, type Overrides } from './merge.js';

export { worldOf } from './world.js';
export type { Overrides } from './merge.js';

/**
 * Small objects for tests. Each builder takes any number of overrides: objects are merged, lists are replaced, the
 * last write wins, and `undefined` removes a field.
 */

/** The annotation prefix of seed 001. */
export const PREFIX = 'eks.tke.cloud.tencent.com/';

/** The toleration for the taint of super nodes, as seed 001 writes it. */
export const superNodeToleration: Toleration = {
  key: 'eks.tke.cloud.tencent.com/eklet',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** A container called `app`. */
export const aContainer = (...overrides: Overrides<Container>[]): Container =>
  merge<Container>({ name: 'app', image: 'example.org/app:1' }, ...overrides);

/** A workload pod as a ReplicaSet makes it: no name, no namespace; it tolerates the super nodes. */
export const aPod = (...overrides: Overrides<Pod>[]): Pod =>
  merge<Pod>(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { generateName: 'app-' },
      spec: { containers: [aContainer()], tolerations: [superNodeToleration] },
    },
    ...overrides,
  );

/** A marked DaemonSet `monitoring/agent` that tolerates the super nodes. */
export const aDaemonSet = (...overrides: Overrides<DaemonSet>[]): DaemonSet =>
  merge<DaemonSet>(
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'monitoring' },
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: {
          metadata: {
            labels: { app: 'agent' },
            annotations: { [`${PREFIX}ds-injection`]: 'true' },
          },
          spec: {
            containers: [aContainer({ name: 'agent', image: 'example.org/agent:1' })],
            tolerations: [superNodeToleration],
          },
        },
      },
    },
    ...overrides,
  );

/** What a placeholder stands for. */
interface PlaceholderParts {
  readonly node: string;
  readonly revision: string;
  readonly owner?: { readonly name?: string; readonly uid?: string };
  readonly pod?: Overrides<Pod>;
}

/** A placeholder of `monitoring/agent`, as the DaemonSet controller makes it and the webhook changes it. */
export const aPlaceholder = ({ node, revision, owner, pod = {} }: PlaceholderParts): Pod =>
  merge<Pod>(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${owner?.name ?? 'agent'}-${node}`,
        namespace: 'monitoring',
        uid: `${owner?.name ?? 'agent'}-${node}`,
        labels: { 'ds-injector.io/placeholder': 'true', 'controller-revision-hash': revision },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', controller: true, ...owner },
        ],
      },
      spec: {
        containers: [aContainer({ name: 'agent', image: 'example.org/agent:1' })],
        schedulingGates: [{ name: 'ds-injector.io/placeholder' }],
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
              ],
            },
          },
        },
      },
    },
    pod,
  );

/** A node of which nothing is known but its name and a current kubelet. */
export const aNode = (...overrides: Overrides<Node>[]): Node =>
  merge<Node>(
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'node',
        labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
      },
      status: { nodeInfo: { kubeletVersion: 'v1.36.3' } },
    },
    ...overrides,
  );

/** An ordinary node `worker`. @public */
export const realNode = (...overrides: Overrides<Node>[]): Node =>
  aNode({ metadata: { name: 'worker' } }, ...overrides);

/** Tencent's super node `super`, tainted as those that are paid by use (seed 001). */
export const superNode = (...overrides: Overrides<Node>[]): Node =>
  aNode(
    {
      metadata: { name: 'super', labels: { 'node.kubernetes.io/instance-type': 'eklet' } },
      spec: { taints: [{ key: 'eks.tke.cloud.tencent.com/eklet', effect: 'NoSchedule' }] },
    },
    ...overrides,
  );

/** A Fargate node `fargate`, as AWS makes it for one pod. @public */
export const fargateNode = (...overrides: Overrides<Node>[]): Node =>
  aNode(
    {
      metadata: { name: 'fargate', labels: { 'eks.amazonaws.com/compute-type': 'fargate' } },
      spec: {
        taints: [{ key: 'eks.amazonaws.com/compute-type', value: 'fargate', effect: 'NoSchedule' }],
      },
    },
    ...overrides,
  );

/** A node `kwok` that kwok plays, with the version that kwok gives it. @public */
export const kwokNode = (...overrides: Overrides<Node>[]): Node =>
  aNode(
    {
      metadata: { name: 'kwok', labels: { type: 'kwok' } },
      spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
      status: { nodeInfo: { kubeletVersion: 'fake' } },
    },
    ...overrides,
  );

/** A user's own profile: nodes with the label `profile: mine`, of which nothing more is known. @public */
export const aProfile = (...overrides: Overrides<Profile>[]): Profile =>
  merge<Profile>(
    {
      ...unknownVirtualNode,
      name: 'mine',
      source: 'a test',
      nodes: [{ label: 'profile', value: 'mine' }],
    },
    ...overrides,
  );

/** The settings that the program has when no option is given; `overrides` replace whole values. */
export const settings = (overrides: Partial<Settings> = {}): Settings => ({
  annotationPrefixes: [PREFIX],
  mixed: 'late',
  resources: 'zero',
  isolation: 'sidecar',
  allowHostNamespaces: [],
  kubernetesVersion: '1.36',
  profiles: builtInProfiles,
  leaveToPlatform: [],
  placeholders: false,
  addsLater: false,
  ...overrides,
});

/** What an in-memory World holds; `objects` may be of any kind. */
interface WorldParts {
  readonly daemonSets?: readonly DaemonSet[];
  readonly nodes?: readonly Node[];
  readonly objects?: readonly KubernetesObject[];
}

/** A World of the parts given; what is not in it is not there. @public */
export const aWorld = ({ daemonSets = [], nodes = [], objects = [] }: WorldParts): World =>
  worldOf([...nodes, ...objects, ...daemonSets]);
