import { describe, expect, it } from 'vitest';
import {
  aContainer,
  aDaemonSet,
  PREFIX,
  realNode,
  settings,
  superNode,
  kwokNode,
} from '../../test/support/builders.js';
import { aSeen, codesOf, forbidden, listed } from '../../test/support/check/seen.js';
import { inject } from '../core/engine.js';
import type { DaemonSet, KubernetesObject } from '../core/model/types.js';
import { findDaemonSets } from './daemon-sets.js';
import { skipped } from '../core/outcome.js';
import type { Finding } from './finding.js';
import { worldOf, type Engine, type Objects, type Seen } from './seen.js';

const found = (objects: Partial<Objects>, more: Partial<Seen> = {}): readonly Finding[] => {
  const seen = aSeen(objects, more);
  return findDaemonSets(seen, worldOf(seen.objects), inject);
};
const given = (...daemonSets: readonly DaemonSet[]): Partial<Objects> => ({
  daemonSets: listed(...daemonSets),
});
const unmarked = aDaemonSet({ spec: { template: { metadata: { annotations: null } } } });
const intolerant = aDaemonSet({ spec: { template: { spec: { tolerations: [] } } } });
const cni = aDaemonSet({
  metadata: { name: 'cni' },
  spec: {
    template: {
      spec: {
        containers: [aContainer({ volumeMounts: [{ name: 'bin', mountPath: '/x' }] })],
        volumes: [{ name: 'bin', hostPath: { path: '/opt/cni/bin' } }],
      },
    },
  },
});

it.each<[string, Partial<Objects>, readonly string[]]>([
  ['goes there', {}, ['daemonsets_carried']],
  ['is none', given(), ['no_marked_daemonset']],
  ['is not marked', given(unmarked), ['no_marked_daemonset']],
  ['has nowhere to go', { nodes: listed(realNode()) }, ['daemonsets_waiting']],
  ['does not tolerate the taint', given(intolerant), ['daemonsets_refused']],
  ['changes its host', given(cni), ['daemonsets_refused']],
  [
    'is being deleted',
    given(aDaemonSet({ metadata: { deletionTimestamp: '2026-06-01T11:59:00Z' } })),
    ['daemonsets_deleted'],
  ],
  [
    'cannot be read',
    given(aDaemonSet({ spec: { template: { spec: { containers: null } } } })),
    ['daemonsets_refused'],
  ],
  ['goes to some', { nodes: listed(superNode(), kwokNode()) }, ['daemonsets_carried_in_part']],
  ['may not be looked at', { daemonSets: forbidden('list daemonsets') }, ['not_allowed']],
  [
    'is for pods with a label',
    given(aDaemonSet({ metadata: { annotations: { [`${PREFIX}ds-inject-by-label`]: 'a:b' } } })),
    ['daemonsets_carried'],
  ],
  [
    'is for Windows',
    given(aDaemonSet({ spec: { template: { spec: { os: { name: 'windows' } } } } })),
    ['daemonsets_carried'],
  ],
  [
    'reads the logs of containers',
    given(
      aDaemonSet({
        spec: {
          template: {
            spec: {
              containers: [aContainer({ volumeMounts: [{ name: 'l', mountPath: '/l' }] })],
              volumes: [{ name: 'l', hostPath: { path: '/var/log/pods' } }],
            },
          },
        },
      }),
    ),
    ['daemonsets_carried', 'daemonsets_changed'],
  ],
  [
    'is marked with something that means nothing',
    given(
      aDaemonSet({
        spec: { template: { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'True' } } } },
      }),
    ),
    ['no_marked_daemonset', 'daemonset_annotations_invalid'],
  ],
  [
    'is one of more',
    { daemonSets: { value: { items: [aDaemonSet()], more: true } } },
    ['daemonsets_carried', 'not_all_seen'],
  ],
])('a DaemonSet that %s', (_, objects, codes) => {
  expect(codesOf(found(objects))).toEqual(codes);
});

describe('of each', () => {
  it('says why it goes nowhere, in the words of the engine', () => {
    expect(found(given(cni, intolerant))[0]?.items).toEqual([
      {
        name: 'monitoring/agent',
        detail: 'taint_not_tolerated (eks.tke.cloud.tencent.com/eklet:NoSchedule)',
      },
      { name: 'monitoring/cni', detail: 'host_mutator (container app: /opt/cni/bin)' },
    ]);
  });

  it('counts the nodes to which it goes, and names one to which it does not', () => {
    const nodes = [superNode(), superNode({ metadata: { name: 'other' } }), kwokNode()];
    expect(found({ nodes: listed(...nodes) })[0]?.items).toEqual([
      {
        name: 'monitoring/agent',
        detail:
          'on 2 of 3 virtual nodes; taint_not_tolerated (kwok.x-k8s.io/node=fake:NoSchedule) on kwok',
      },
    ]);
  });

  it('says that its nodes are left to their platform', () => {
    const more = { settings: settings({ leaveToPlatform: ['tencent'] }) };
    expect(found({}, more)[0]?.items).toEqual([
      { name: 'monitoring/agent', detail: 'left_to_platform' },
    ]);
  });

  it('reads the marks under another prefix', () => {
    const own = aDaemonSet({ metadata: { annotations: { 'example.org/ds-injection': 'true' } } });
    const more = { settings: settings({ annotationPrefixes: ['example.org/'] }) };
    expect(codesOf(found(given(own), more))).toEqual(['daemonsets_carried']);
  });

  it('does not look at what pods would lack in their namespaces', () => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }];
    const configured = aDaemonSet({
      spec: { template: { spec: { containers: [aContainer({ env })] } } },
    });
    expect(codesOf(found(given(configured)))).toEqual(['daemonsets_carried']);
  });
});

it('asks about so many kinds of nodes that it comes to an end', () => {
  const many = (count: number, make: (number: number) => DaemonSet): readonly DaemonSet[] =>
    Array.from({ length: count }, (_, number) => make(number));
  const daemonSets = many(999, (number) => aDaemonSet({ metadata: { name: `d${number}` } }));
  const nodes = many(21, (number) =>
    superNode({ metadata: { labels: { kind: `k${number}` }, name: `n${number}` } }),
  );
  const seen = aSeen({ ...given(...daemonSets), nodes: listed(...nodes) });
  const quick: Engine = () => skipped('no_daemonset');
  const findings = findDaemonSets(seen, worldOf(seen.objects), quick);
  expect(findings.at(-1)).toEqual({
    code: 'not_all_seen',
    detail: '20 of 21 kinds of virtual nodes',
  });
});

it('survives DaemonSets that are anything', () => {
  const hostile = [{ metadata: 7 }, { metadata: { name: 3 } }, { spec: 'x' }, {}] as unknown;
  const items = (hostile as KubernetesObject[]).map((one) => ({ ...one, kind: 'DaemonSet' }));
  expect(codesOf(found(given(...items, aDaemonSet())))).toContain('daemonsets_carried');
});
