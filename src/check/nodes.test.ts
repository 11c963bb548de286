import { describe, expect, it } from 'vitest';
import {
  aNode,
  fargateNode,
  kwokNode,
  realNode,
  settings,
  superNode,
} from '../../test/support/builders.js';
import { aSeen, codesOf, forbidden, listed } from '../../test/support/check/seen.js';
import type { Node } from '../core/model/types.js';
import { findNodes } from './nodes.js';
import type { Seen } from './seen.js';

const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
const seenWith = (...nodes: readonly unknown[]): Seen =>
  aSeen({ nodes: listed(...(nodes as Node[])) });

it('says of each virtual node which profile recognises it, by which rule', () => {
  const nodes = [superNode(ready), fargateNode(ready), kwokNode(ready), realNode(ready)];
  const tainted = aNode(ready, {
    metadata: { name: 'bare' },
    spec: { taints: [{ key: 'virtual-kubelet.io/provider', value: 'x', effect: 'NoSchedule' }] },
  });
  const played = aNode(ready, { metadata: { name: 'k' }, spec: { providerID: 'kwok://k' } });
  expect(findNodes(seenWith(...nodes, tainted, played))).toEqual([
    {
      code: 'virtual_nodes',
      items: [
        {
          name: 'super',
          detail: 'profile tencent, by label node.kubernetes.io/instance-type=eklet',
        },
        {
          name: 'fargate',
          detail: 'profile fargate, by label eks.amazonaws.com/compute-type=fargate',
        },
        { name: 'kwok', detail: 'profile kwok, by label type=kwok' },
        { name: 'bare', detail: 'profile virtual-kubelet, by taint virtual-kubelet.io/provider' },
        { name: 'k', detail: 'profile kwok, by providerID kwok://…' },
      ],
    },
  ]);
});

describe('of nodes that are not as they should be', () => {
  const hint = (metadata: object, more: object = {}): Node =>
    ({ ...realNode(ready), metadata, ...more }) as Node;

  it.each<[string, Seen, readonly string[]]>([
    ['none is virtual', seenWith(realNode(ready)), ['no_virtual_nodes']],
    ['one may not look', aSeen({ nodes: forbidden('list nodes') }), ['not_allowed']],
    ['one is not ready', seenWith(superNode()), ['virtual_nodes', 'virtual_nodes_not_ready']],
    [
      'a platform has them',
      aSeen(
        { nodes: listed(superNode(ready)) },
        { settings: settings({ leaveToPlatform: ['tencent'] }) },
      ),
      ['virtual_nodes', 'nodes_left_to_platform'],
    ],
    [
      'one looks virtual by a label',
      seenWith(hint({ name: 'l', labels: { 'liqo.io/type': 'virtual-node' } })),
      ['no_virtual_nodes', 'nodes_perhaps_virtual'],
    ],
    [
      'one looks virtual by its version',
      seenWith(
        hint({ name: 'a' }, { status: { nodeInfo: { kubeletVersion: 'v1.19.10-vk-azure' } } }),
      ),
      ['no_virtual_nodes', 'nodes_perhaps_virtual'],
    ],
    [
      'one cannot be read',
      seenWith(superNode(ready), { metadata: { name: 'm', labels: 7 } }),
      ['virtual_nodes', 'nodes_malformed'],
    ],
    [
      'there are more',
      aSeen({ nodes: { value: { items: [superNode(ready)], more: true } } }),
      ['virtual_nodes', 'not_all_seen'],
    ],
  ])('%s', (_, seen, codes) => {
    expect(codesOf(findNodes(seen))).toEqual(codes);
  });
});
