import type { DaemonSet, PodSpec } from '../../../src/core/model/types.js';
import { managed } from './managed-fields.js';
import { superNodeToleration } from './virtual.js';

/** The prefix of the injector's annotations. */
export const PREFIX = 'eks.tke.cloud.tencent.com/';

/** What a DaemonSet differs in from others. */
export interface Agent {
  readonly name: string;
  readonly namespace: string;
  /** Annotations of its pod template. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Replaces what all have. */
  readonly spec: PodSpec;
}

/** The annotations of a DaemonSet that is marked. */
export const marked = { [`${PREFIX}ds-injection`]: 'true' };

/** A DaemonSet as a cluster holds it, with the defaults of the API server and its status. */
export function daemonSetOf({ name, namespace, annotations, spec }: Agent): DaemonSet {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'Helm' };
  const own = {
    selector: { matchLabels: { 'app.kubernetes.io/name': name } },
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
    template: {
      metadata: { labels, annotations: { ...annotations } },
      spec: { ...defaults(name), ...spec },
    },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name,
      namespace,
      labels,
      annotations: { 'deprecated.daemonset.template.generation': '4' },
      generation: 4,
      creationTimestamp: '2026-03-02T10:11:12Z',
      managedFields: [managed('helm', { metadata: { labels }, spec: own })],
    },
    spec: own,
    status: { desiredNumberScheduled: 12, currentNumberScheduled: 12, numberReady: 12 },
  };
}

const defaults = (name: string): PodSpec => ({
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  serviceAccountName: name,
  serviceAccount: name,
  schedulerName: 'default-scheduler',
  tolerations: [superNodeToleration],
});
