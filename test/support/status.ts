import { inject } from '../../src/core/engine.js';
import type { KubernetesObject, Pod } from '../../src/core/model/types.js';
import { applyPatch } from '../../src/core/patch/apply.js';
import { aPod, settings, superNodeToleration, type Overrides, worldOf } from './builders.js';

/** A node selector that leaves nothing but super nodes. */
export const onSuperNodes = {
  spec: { nodeSelector: { 'node.kubernetes.io/instance-type': 'eklet' } },
};

/** A pod `default/NAME` for super nodes, as the webhook leaves it in a cluster of these objects. */
export function anInjectedPod(
  name: string,
  objects: readonly KubernetesObject[],
  ...overrides: Overrides<Pod>[]
): Pod {
  const meta = { metadata: { namespace: 'default', name } };
  const pod = aPod(onSuperNodes, meta, ...overrides);
  const { operations } = inject({ pod, namespace: 'default' }, worldOf(objects), settings());
  return applyPatch<Pod>(pod, operations);
}

/** A pod as it is once it runs on a node. @param statuses of its containers. */
export const running = (pod: Pod, node = 'super', statuses: readonly object[] = []): Pod => ({
  ...pod,
  spec: { ...pod.spec, nodeName: node },
  status: { phase: 'Running', containerStatuses: statuses },
});

/** The status of a container that is ready. */
export const isReady = (name: string): object => ({
  name,
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: '2026-06-01T12:00:00Z' } },
});

/** The status of a container that waits. */
export const waits = (name: string, reason: string): object => ({
  name,
  ready: false,
  restartCount: 3,
  state: { waiting: { reason, message: `it waits for ${reason}` } },
});

/** A placeholder of `monitoring/agent`. */
export const aPlaceholder = (name: string, revision: string, more: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    namespace: 'monitoring',
    name,
    labels: { 'ds-injector.io/placeholder': 'true', 'controller-revision-hash': revision },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', controller: true },
    ],
    creationTimestamp: '2026-06-01T12:00:00Z',
    ...more,
  },
  spec: {
    tolerations: [superNodeToleration],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['super'] }] },
          ],
        },
      },
    },
    containers: [{ name: 'agent', image: 'example.org/agent:1' }],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});

/** The ControllerRevision of a DaemonSet's present template. */
export const aRevision = (daemonSet: KubernetesObject, hash: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    namespace: daemonSet.metadata?.namespace ?? '',
    name: `${daemonSet.metadata?.name ?? ''}-${hash}`,
    labels: { 'controller-revision-hash': hash },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'DaemonSet', name: daemonSet.metadata?.name ?? '' },
    ],
  },
  data: { spec: { template: { $patch: 'replace', ...templateOf(daemonSet) } } },
});

const templateOf = (daemonSet: KubernetesObject): object =>
  (daemonSet['spec'] as { template: object }).template;
