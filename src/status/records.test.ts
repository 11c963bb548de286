import { describe, expect, it } from 'vitest';
import { aContainer, aDaemonSet, PREFIX, superNode } from '../../test/support/builders.js';
import { anInjectedPod, aRevision, isReady, running } from '../../test/support/status.js';
import type { KubernetesObject, Pod } from '../core/model/types.js';
import {
  agent,
  cluster,
  nodes,
  onSuper,
  plain,
  problemsIn,
  report,
  web,
} from '../../test/support/status-report.js';

describe('a record', () => {
  const withImage = (pod: Pod, image: string): Pod => ({
    ...pod,
    spec: {
      ...pod.spec,
      containers: (pod.spec?.containers ?? []).map((one) =>
        one.name === 'agent' ? { ...one, image } : one,
      ),
    },
  });
  const without = (pod: Pod, name: string): Pod => ({
    ...pod,
    spec: {
      ...pod.spec,
      containers: (pod.spec?.containers ?? []).filter((one) => one.name !== name),
    },
  });
  const saying = (text: string): Pod =>
    plain('x', { metadata: { annotations: { 'ds-injector.io/record': text } } });
  const objectsWith = (...more: readonly KubernetesObject[]): readonly KubernetesObject[] => [
    ...nodes,
    ...more,
  ];

  it.each<[string, Pod, string]>([
    [
      'names a container that the injector would not have made',
      withImage(web, 'evil.example.org/shell'),
      'the record names containers that the injector would not have made',
    ],
    [
      'names containers that are not there',
      without(web, 'agent'),
      'none of the containers that the record names is in the pod',
    ],
  ])('that %s is forged', (_, pod, detail) => {
    const pods = [running(pod)];
    expect(onSuper({ pods })).toMatchObject({ injected: 0, missed: 0 });
    expect(problemsIn({ pods })).toEqual([
      {
        kind: 'forged',
        pod: `default/${pod.metadata?.name ?? ''}`,
        node: 'super',
        daemonSet: 'monitoring/agent',
        detail,
      },
    ]);
  });

  it('that cannot be read is forged, and the pod is missed', () => {
    expect(problemsIn({ pods: [running(saying('{'))] })).toEqual([
      {
        kind: 'forged',
        pod: 'default/x',
        node: 'super',
        daemonSet: '',
        detail: 'the record cannot be read',
      },
      { kind: 'missed', pod: 'default/x', node: 'super', daemonSet: 'monitoring/agent' },
    ]);
  });

  it('of which only one DaemonSet is forged is believed of the other', () => {
    const log = aDaemonSet({
      metadata: { name: 'log' },
      spec: { template: { spec: { containers: [aContainer({ name: 'log' })] } } },
    });
    const objects = [...cluster, log, aRevision(log, 'log-one')];
    const both = anInjectedPod('both', objects);
    const pods = [running(withImage(both, 'evil.example.org/shell'), 'super', [isReady('log')])];
    const { daemonSets, problems } = report({ objects, pods });
    expect(daemonSets.map(({ name, nodes: [one] }) => [name, one?.injected])).toEqual([
      ['agent', 0],
      ['log', 1],
    ]);
    expect(problems).toMatchObject([{ kind: 'forged', daemonSet: 'monitoring/agent' }]);
  });

  it('on a pod of a real node is misplaced', () => {
    const pods = [running(web, 'worker')];
    expect(onSuper({ pods })).toMatchObject({ injected: 0 });
    expect(problemsIn({ pods })).toEqual([
      { kind: 'misplaced', pod: 'default/web', node: 'worker', daemonSet: 'monitoring/agent' },
    ]);
  });

  const other = aDaemonSet({ metadata: { uid: 'other' } });
  const first = aDaemonSet({ metadata: { uid: 'first' } });
  const unmarked = aDaemonSet({
    spec: { template: { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } } } },
  });
  it.each<[string, readonly KubernetesObject[], string]>([
    ['that is gone', objectsWith(), 'the DaemonSet is gone'],
    [
      'that goes',
      objectsWith(aDaemonSet({ metadata: { deletionTimestamp: '2026-06-01T12:00:00Z' } })),
      'the DaemonSet is being deleted',
    ],
    ['that was made anew', objectsWith(other), 'the DaemonSet was deleted and made anew'],
    ['that lost its mark', objectsWith(unmarked), 'the DaemonSet is not marked any more'],
    [
      'that asks for a label by now',
      objectsWith(
        aDaemonSet({
          spec: {
            template: { metadata: { annotations: { [`${PREFIX}ds-inject-by-label`]: 'a:b' } } },
          },
        }),
        aRevision(agent, 'one'),
      ),
      'label_mismatch',
    ],
  ])('of a DaemonSet %s is orphaned', (_, objects, detail) => {
    const pod = anInjectedPod('web', [...nodes, first, aRevision(first, 'one')]);
    const pods = [running(pod, 'super', [isReady('agent')])];
    const { daemonSets, problems } = report({ objects, pods });
    expect(daemonSets).toMatchObject([{ name: 'agent', nodes: [{ injected: 1, ready: 1 }] }]);
    expect(problems).toEqual([
      {
        kind: 'orphaned',
        pod: 'default/web',
        node: 'super',
        daemonSet: 'monitoring/agent',
        detail,
      },
    ]);
  });

  it('of a pod that opted out later is orphaned', () => {
    const pod = {
      ...web,
      metadata: {
        ...web.metadata,
        annotations: { ...web.metadata?.annotations, [`${PREFIX}ds-injection`]: 'false' },
      },
    };
    expect(problemsIn({ pods: [running(pod)] })).toMatchObject([
      { kind: 'orphaned', detail: 'pod_opted_out' },
    ]);
  });

  it.each<[string, readonly KubernetesObject[]]>([
    ['the only virtual one', cluster.slice(1)],
    ['one of several', [superNode({ metadata: { name: 'other' } }), ...cluster.slice(1)]],
    ['that of a DaemonSet that is gone', nodes.slice(1)],
  ])('of a pod whose node is not there is no orphan: %s', (_, objects) => {
    expect(report({ objects, pods: [running(web)] }).problems).toEqual([]);
  });

  it.each<[string, Pod]>([
    [
      'has no room for another record',
      {
        ...running(web),
        metadata: {
          ...web.metadata,
          annotations: { ...web.metadata?.annotations, large: 'x'.repeat(256 * 1024) },
        },
      },
    ],
    [
      'does not have the form of one',
      { ...running(web), spec: { ...running(web).spec, schedulingGates: 'none' as never } },
    ],
  ])('of a pod that %s is no orphan', (_, pod) => {
    expect(problemsIn({ pods: [pod] })).not.toContainEqual(
      expect.objectContaining({ kind: 'orphaned' }),
    );
  });
});
