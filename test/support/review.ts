import type { Outcome } from '../../src/core/outcome.js';

type Fields = Record<string, unknown>;

/** A review of the making of a pod, as an API server sends it; `request` overrides fields of the request. */
export function aReview(request: Fields = {}, apiVersion = 'admission.k8s.io/v1'): Fields {
  return {
    apiVersion,
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace: 'shop',
      userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
      object: aPod(),
      oldObject: null,
      dryRun: false,
      ...request,
    },
  };
}

/** A small pod; `metadata` overrides fields of its metadata. */
export function aPod(metadata: Fields = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'web-', ...metadata },
    spec: { containers: [{ name: 'web', image: 'nginx' }] },
  };
}

/** What an engine may say that injected one DaemonSet and skipped another. */
export function anOutcome(fields: Partial<Outcome> = {}): Outcome {
  return {
    decision: 'inject',
    reason: 'injected',
    daemonSets: [
      {
        namespace: 'logging',
        name: 'agent',
        decision: 'inject',
        reason: 'injected',
        containers: [{ container: 'agent', injectedAs: 'agent', placement: 'plain' }],
      },
      {
        namespace: 'net',
        name: 'proxy',
        decision: 'skip',
        reason: 'host_mutator',
        containers: [],
      },
    ],
    warnings: [{ code: 'renamed', message: 'agent is called agent-2 here.' }],
    operations: [{ op: 'add', path: '/spec/containers/-', value: { name: 'agent', image: 'a' } }],
    ...fields,
  };
}

/** What an engine says that leaves a pod alone. */
export const aSkip = (fields: Partial<Outcome> = {}): Outcome =>
  anOutcome({
    decision: 'skip',
    reason: 'no_virtual_node',
    daemonSets: [],
    warnings: [],
    operations: [],
    ...fields,
  });
