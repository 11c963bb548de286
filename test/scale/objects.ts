import type { KubernetesObject } from '../../src/core/model/types.js';
import { PREFIX } from '../support/builders.js';

export const NAMESPACE = 'scale';

const SELECTOR = { type: 'kwok' };
const TAINT = { key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' };
const TOLERATION = { key: TAINT.key, operator: 'Exists', effect: TAINT.effect };

export const namespace: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE },
};

/** A virtual node that kwok plays. */
export const aNode = (n: number): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `virtual-${n}`,
    labels: { ...SELECTOR, 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': `virtual-${n}` },
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
  },
  spec: { taints: [TAINT] },
});

export const image = (version: number): string => `registry.example/agent:v${version}`;

/** A marked DaemonSet. Neither its placeholders nor the pods of a node are to wait for each other for long. */
export const aDaemonSet = (name: string, nodes: number): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    selector: { matchLabels: { daemon: name } },
    updateStrategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: Math.max(1, Math.round(nodes / 10)) },
    },
    template: {
      metadata: {
        labels: { daemon: name },
        annotations: {
          [`${PREFIX}ds-injection`]: 'true',
          [`${PREFIX}ds-inject-rate`]: '50%',
        },
      },
      spec: {
        nodeSelector: SELECTOR,
        tolerations: [TOLERATION],
        containers: [{ name, image: image(1) }],
      },
    },
  },
});

export const aDeployment = (name: string, replicas: number): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: NAMESPACE },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, played: 'true' } },
      spec: {
        nodeSelector: SELECTOR,
        tolerations: [TOLERATION],
        containers: [{ name: 'app', image: 'registry.example/app:v1' }],
      },
    },
  },
});

/** A tenth of the pods of a Deployment may be away. */
export const aBudget = (name: string): KubernetesObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace: NAMESPACE },
  spec: { maxUnavailable: '10%', selector: { matchLabels: { app: name } } },
});
