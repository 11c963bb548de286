import { describe, expect, it } from 'vitest';
import { aContainer, aDaemonSet, aPod, PREFIX, superNode } from '../../test/support/builders.js';
import {
  anInjectedPod,
  aPlaceholder,
  aRevision,
  isReady,
  running,
  waits,
} from '../../test/support/status.js';
import type { Pod } from '../core/model/types.js';
import type { NodeStatus } from './report.js';
import type { Wish } from './status.js';
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

/** The same DaemonSet with another image, and with both of its revisions. */
const newer = aDaemonSet({
  spec: {
    template: {
      spec: { containers: [aContainer({ name: 'agent', image: 'example.org/agent:2' })] },
    },
  },
});
const rolled = [...nodes, newer, aRevision(agent, 'one'), aRevision(newer, 'two')];

describe('a DaemonSet on a virtual node', () => {
  it('has nothing to say where there is no pod', () => {
    expect(report({})).toEqual({
      daemonSets: [
        {
          namespace: 'monitoring',
          name: 'agent',
          newest: 'one',
          nodes: [
            {
              node: 'super',
              wanted: 'one',
              injected: 0,
              ready: 0,
              outdated: 0,
              skipped: {},
              missed: 0,
            },
          ],
        },
      ],
      pods: [],
      problems: [],
    });
  });

  it('is not where it does not run, nor where it is not marked', () => {
    const elsewhere = aDaemonSet({
      metadata: { name: 'b' },
      spec: { template: { spec: { tolerations: [] } } },
    });
    const unmarked = aDaemonSet({
      metadata: { name: 'c' },
      spec: { template: { metadata: { annotations: { [`${PREFIX}ds-injection`]: undefined } } } },
    });
    const { daemonSets } = report({
      objects: [...cluster, elsewhere, unmarked],
      pods: [running(plain('x'))],
    });
    expect(daemonSets.map(({ name, nodes: some }) => [name, some.length])).toEqual([
      ['agent', 1],
      ['b', 0],
    ]);
  });

  it.each<[string, readonly object[], Partial<NodeStatus>]>([
    ['ready', [isReady('agent')], { injected: 1, ready: 1 }],
    ['in a pod of which nothing is said yet', [], { injected: 1, ready: 0 }],
    ['starting', [waits('agent', 'ContainerCreating')], { injected: 1, ready: 0 }],
    [
      'in a crash loop',
      [isReady('app'), waits('agent', 'CrashLoopBackOff')],
      {
        injected: 1,
        ready: 0,
        trouble: {
          pod: 'default/web',
          daemonSet: 'monitoring/agent',
          container: 'agent',
          reason: 'CrashLoopBackOff',
          message: 'it waits for CrashLoopBackOff',
        },
      },
    ],
    [
      'ended',
      [
        {
          name: 'agent',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 3, reason: 'Error' } },
        },
      ],
      {
        injected: 1,
        ready: 0,
        trouble: {
          pod: 'default/web',
          daemonSet: 'monitoring/agent',
          container: 'agent',
          reason: 'Error',
          exitCode: 3,
        },
      },
    ],
  ])('is %s', (_, statuses, expected) => {
    const found = onSuper({ pods: [running(web, 'super', statuses)] });
    expect(found).toMatchObject(expected);
    expect(found.trouble).toEqual(expected.trouble);
    expect(found).toMatchObject({ outdated: 0, missed: 0, skipped: {} });
  });

  it('tells the worst of all its pods', () => {
    const pods = ['CreateContainerConfigError', 'ContainerCreating', 'CrashLoopBackOff'].map(
      (reason, i) => running(anInjectedPod(`web-${i}`, cluster), 'super', [waits('agent', reason)]),
    );
    const ended = { name: 'agent', ready: false, state: { terminated: { exitCode: 1 } } };
    const found = onSuper({ pods: [running(web, 'super', [ended]), ...pods] });
    expect(found).toMatchObject({ injected: 4, ready: 0 });
    expect(found.trouble).toMatchObject({ pod: 'default/web-0' });
  });

  it.each<[string, Partial<Pod>]>([
    ['has ended', { status: { phase: 'Succeeded' } }],
    ['has failed', { status: { phase: 'Failed' } }],
    [
      'is about to go',
      { metadata: { ...web.metadata, deletionTimestamp: '2026-06-01T12:00:00Z' } },
    ],
  ])('does not count a pod that %s', (_, change) => {
    expect(onSuper({ pods: [{ ...running(web), ...change }] })).toMatchObject({ injected: 0 });
  });
});

describe('the wanted revision', () => {
  const old = running(anInjectedPod('old', cluster), 'super', [isReady('agent')]);

  it('is the newest where there is no placeholder', () => {
    expect(onSuper({ objects: rolled })).toMatchObject({ wanted: 'two' });
  });

  it('is that of the placeholder that was made last', () => {
    const placeholders = [
      aPlaceholder('agent-a', 'two'),
      aPlaceholder('agent-b', 'one', { creationTimestamp: '2026-06-01T12:00:01Z' }),
    ];
    expect(onSuper({ objects: rolled, placeholders, pods: [old] })).toMatchObject({
      wanted: 'one',
      outdated: 0,
      placeholder: { name: 'agent-b', ready: true },
    });
  });

  it('makes pods outdated that have another', () => {
    const placeholders = [aPlaceholder('agent-a', 'two')];
    expect(onSuper({ objects: rolled, placeholders, pods: [old] })).toMatchObject({
      wanted: 'two',
      injected: 1,
      ready: 1,
      outdated: 1,
    });
  });

  it('makes pods outdated that lack what it adds to a container', () => {
    const command = ['other'];
    const added = aDaemonSet({
      spec: {
        template: {
          spec: {
            containers: [aContainer({ name: 'agent', image: 'example.org/agent:1', command })],
          },
        },
      },
    });
    const objects = [...nodes, added, aRevision(agent, 'one'), aRevision(added, 'two')];
    expect(onSuper({ objects, pods: [running(web)] })).toMatchObject({ injected: 1, outdated: 1 });
  });

  it('makes none outdated in which it would change nothing', () => {
    const restarted = aDaemonSet({
      spec: {
        template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } },
      },
    });
    const objects = [...nodes, restarted, aRevision(agent, 'one'), aRevision(restarted, 'two')];
    expect(onSuper({ objects, pods: [old] })).toMatchObject({ wanted: 'two', outdated: 0 });
  });

  it('makes those outdated whose revision nobody remembers, and accuses nobody', () => {
    const objects = [...nodes, newer, aRevision(newer, 'two')];
    expect(onSuper({ objects, pods: [old] })).toMatchObject({ injected: 1, outdated: 1 });
    expect(problemsIn({ objects, pods: [old] })).toEqual([]);
  });
});

describe('pods without it', () => {
  it.each<[string, Pod, object]>([
    ['for reasons of the pod', plain('x', { spec: { hostNetwork: true } }), { host_network: 1 }],
    [
      'because they opted out',
      plain('x', { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } } }),
      { pod_opted_out: 1 },
    ],
    [
      'because they want others',
      plain('x', { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'other' } } }),
      { not_listed: 1 },
    ],
    [
      'because they could have run elsewhere',
      { ...plain('x'), spec: aPod().spec ?? {} },
      { mixed_nodes: 1 },
    ],
  ])('are counted %s', (_, pod, skipped) => {
    expect(onSuper({ pods: [running(pod)] })).toMatchObject({ injected: 0, missed: 0, skipped });
    expect(problemsIn({ pods: [running(pod)] })).toEqual([]);
  });

  it('are missed where nothing speaks against it', () => {
    const pods = [running(plain('x'))];
    expect(onSuper({ pods })).toMatchObject({ injected: 0, missed: 1, skipped: {} });
    expect(problemsIn({ pods })).toEqual([
      { kind: 'missed', pod: 'default/x', node: 'super', daemonSet: 'monitoring/agent' },
    ]);
  });

  it('are missed as well where they have another DaemonSet', () => {
    const log = aDaemonSet({
      metadata: { name: 'log' },
      spec: { template: { spec: { containers: [aContainer({ name: 'log' })] } } },
    });
    const pods = [running(web)];
    expect(problemsIn({ objects: [...cluster, log], pods })).toEqual([
      { kind: 'missed', pod: 'default/web', node: 'super', daemonSet: 'monitoring/log' },
    ]);
  });

  it('are not of DaemonSets themselves, nor on real nodes', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'x', controller: true };
    const pods = [
      running(plain('x', { metadata: { ownerReferences: [owner] } })),
      running(plain('y'), 'worker'),
    ];
    expect(onSuper({ pods })).toMatchObject({ injected: 0, missed: 0, skipped: {} });
    expect(problemsIn({ pods })).toEqual([]);
  });
});

describe('a report', () => {
  const second = superNode({ metadata: { name: 'super-2' } });
  const log = aDaemonSet({
    metadata: { name: 'log', namespace: 'logging' },
    spec: { template: { spec: { containers: [aContainer({ name: 'log' })] } } },
  });
  const lists = {
    objects: [...cluster, second, log],
    pods: [running(plain('x')), running(plain('y'), 'super-2')],
  };
  const shape = (wish: Wish): unknown => {
    const { daemonSets, problems } = report(lists, wish);
    return [
      daemonSets.map(({ name, nodes: some }) => [name, ...some.map(({ node }) => node)]),
      problems.length,
    ];
  };

  it.each<[string, Wish, unknown]>([
    [
      'everything',
      {},
      [
        [
          ['log', 'super', 'super-2'],
          ['agent', 'super', 'super-2'],
        ],
        4,
      ],
    ],
    ['a namespace', { namespace: 'logging' }, [[['log', 'super', 'super-2']], 2]],
    [
      'a DaemonSet',
      { target: { kind: 'ds', namespace: undefined, name: 'agent' } },
      [[['agent', 'super', 'super-2']], 2],
    ],
    [
      'a DaemonSet of another namespace',
      { namespace: 'logging', target: { kind: 'ds', namespace: 'logging', name: 'agent' } },
      [[], 0],
    ],
    [
      'a node',
      { target: { kind: 'node', namespace: undefined, name: 'super-2' } },
      [
        [
          ['log', 'super-2'],
          ['agent', 'super-2'],
        ],
        2,
      ],
    ],
  ])('is about %s', (_, wish, expected) => {
    expect(shape(wish)).toEqual(expected);
  });

  it('of a pod says what is in it, and why others are not', () => {
    const pods = [running(web, 'super', [isReady('app'), waits('agent', 'ImagePullBackOff')])];
    const target = { kind: 'pod', namespace: 'default', name: 'web' } as const;
    const elsewhere = aDaemonSet({
      metadata: { name: 'z' },
      spec: { template: { spec: { tolerations: [] } } },
    });
    expect(report({ objects: [...cluster, elsewhere], pods }, { target })).toEqual({
      daemonSets: [],
      problems: [],
      pods: [
        {
          namespace: 'default',
          name: 'web',
          node: 'super',
          phase: 'Running',
          injected: [
            {
              daemonSet: 'monitoring/agent',
              revision: 'one',
              wanted: 'one',
              outdated: false,
              ready: false,
              containers: [
                {
                  daemonSet: 'monitoring/agent',
                  container: 'agent',
                  injectedAs: 'agent',
                  placement: 'plain',
                  state: 'waiting',
                  ready: false,
                  restarts: 3,
                  reason: 'ImagePullBackOff',
                  message: 'it waits for ImagePullBackOff',
                },
              ],
            },
          ],
          absent: [
            {
              daemonSet: 'monitoring/z',
              reason: 'taint_not_tolerated',
              detail: 'eks.tke.cloud.tencent.com/eklet:NoSchedule',
            },
          ],
        },
      ],
    });
  });
});
