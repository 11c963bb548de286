import { encodeRecord } from '../../src/core/record/record.js';
import type { ContainerStatus } from '../../src/core/status/observed.js';
import type { Affinity, ControllerRevision, DaemonSet, Pod } from '../../src/core/model/types.js';
import { aContainer, aDaemonSet } from './builders.js';
import { merge, type Overrides } from './merge.js';

/** Objects of the life of the DaemonSet `monitoring/agent` on the node `super`. */

export const UID = 'uid-of-agent';
const OWNER = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  name: 'agent',
  uid: UID,
  controller: true,
};

export const theDaemonSet = (...overrides: Overrides<DaemonSet>[]): DaemonSet =>
  aDaemonSet({ metadata: { uid: UID } }, ...overrides);

/** The revision of a DaemonSet as it is; `hash` stands for its template. */
export const aRevision = (hash: string, daemonSet = theDaemonSet()): ControllerRevision => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    name: `agent-${hash}`,
    namespace: 'monitoring',
    labels: { 'controller-revision-hash': hash },
    ownerReferences: [OWNER],
  },
  data: { spec: { template: { ...daemonSet.spec?.template, $patch: 'replace' } } },
});

/** A pod as the DaemonSet controller makes it for `super`, without a gate. */
export const aDaemonPod = (name: string, ...overrides: Overrides<Pod>[]): Pod =>
  merge<Pod>(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'monitoring',
        labels: { app: 'agent', 'controller-revision-hash': 'r1', 'pod-template-generation': '1' },
        ownerReferences: [OWNER],
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      spec: {
        containers: [aContainer({ name: 'agent', image: 'example.org/agent:1' })],
        affinity: aimAt('super'),
      },
    },
    ...overrides,
  );

/** The affinity by which the DaemonSet controller aims its pods. */
export const aimAt = (node: string): Affinity => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
      ],
    },
  },
});

/** A placeholder for `super` that wants revision `r1`. */
export const aPlaceholder = (name = 'agent-abcde', ...overrides: Overrides<Pod>[]): Pod =>
  aDaemonPod(
    name,
    {
      metadata: { labels: { 'ds-injector.io/placeholder': 'true' } },
      spec: { schedulingGates: [{ name: 'ds-injector.io/placeholder' }] },
      status: {
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'SchedulingGated',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
    },
    ...overrides,
  );

/** A workload pod on `super` with the agent in it, in revision `r1`, that runs and is ready. */
export const anInjected = (name: string, ...overrides: Overrides<Pod>[]): Pod =>
  merge<Pod>(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'shop',
        labels: { 'ds-injector.io/injected': 'true' },
        annotations: { 'ds-injector.io/record': recordAt('r1') },
      },
      spec: {
        nodeName: 'super',
        containers: [aContainer(), aContainer({ name: 'agent', image: 'example.org/agent:1' })],
      },
      status: {
        phase: 'Running',
        startTime: '2026-01-01T01:00:00Z',
        containerStatuses: [running('app'), running('agent')],
      },
    },
    ...overrides,
  );

/** The record of a pod that holds the agent in a revision. */
export const recordAt = (revision: string, uid = UID): string =>
  encodeRecord({
    version: 1,
    daemonSets: [
      {
        namespace: 'monitoring',
        name: 'agent',
        uid,
        revision,
        containers: [{ container: 'agent', injectedAs: 'agent', placement: 'plain' }],
      },
    ],
    volumes: [],
  });

/** A container that runs and is ready. */
export const running = (name: string, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  ready: true,
  started: true,
  restartCount: 0,
  state: { running: { startedAt: '2026-01-01T01:00:05Z' } },
  ...more,
});

/** A container that waits; it has run if `restartCount` says so. */
export const waiting = (
  name: string,
  reason: string,
  { message = '', restartCount = 0 } = {},
): ContainerStatus => ({
  name,
  ready: false,
  started: false,
  restartCount,
  state: { waiting: { reason, message } },
});

/** What an override says of the agent's container. */
export const agentIs = (status: ContainerStatus): Overrides<Pod> => ({
  status: { containerStatuses: [running('app'), status] },
});
