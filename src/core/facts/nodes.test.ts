import { describe, expect, it } from 'vitest';
import { aNode, realNode, superNode } from '../../../test/support/builders.js';
import { builtInProfiles } from '../profiles/built-in.js';
import { NodeIndex } from './nodes.js';
import type { Node } from '../model/types.js';

const indexOf = (nodes: readonly Node[]): NodeIndex => {
  const index = new NodeIndex(builtInProfiles);
  for (const node of nodes) index.put(node);
  return index;
};
const sizes = (index: NodeIndex): readonly number[] =>
  [...index.classes].map(({ nodes }) => nodes.size);
const many = (count: number, labels: (i: number) => Record<string, string>): readonly Node[] =>
  Array.from({ length: count }, (_, i) =>
    superNode({ metadata: { name: `n${i}`, labels: labels(i) } }),
  );

describe('the classes of nodes', () => {
  it('do not see the host name', () => {
    expect(sizes(indexOf(many(50, (i) => ({ 'kubernetes.io/hostname': `n${i}` }))))).toEqual([50]);
  });

  it('tell labels, taints, versions and profiles apart', () => {
    const index = indexOf([
      superNode(),
      realNode(),
      superNode({ metadata: { name: 'a', labels: { zone: 'a' } } }),
      superNode({ metadata: { name: 'b' }, spec: { unschedulable: true } }),
      superNode({ metadata: { name: 'c' }, status: { nodeInfo: { kubeletVersion: 'v1.30.0' } } }),
    ]);
    expect(sizes(index)).toEqual([1, 1, 1, 1, 1]);
  });

  it('learn which labels tell single nodes apart', () => {
    const index = indexOf(
      many(300, (i) => ({ 'example.org/instance-id': `i-${i}`, pool: `${i % 3}` })),
    );
    expect(sizes(index)).toEqual([100, 100, 100]);
    expect(index.areToldApartBy({ nodeSelector: { 'example.org/instance-id': 'i-7' } }, {})).toBe(
      true,
    );
    expect(index.areToldApartBy({ nodeSelector: { pool: '1' } }, {})).toBe(false);
  });

  it('forget a node that goes, and a class without nodes', () => {
    const index = indexOf([superNode(), realNode()]);
    index.drop('worker');
    index.drop('never there');
    expect(sizes(index)).toEqual([1]);
    expect(index.named('worker')).toBeUndefined();
    expect(index.named('super')?.nodeClass.profile?.name).toBe('tencent');
  });

  it('take a node over that has changed its class', () => {
    const index = indexOf([aNode(), superNode()]);
    index.put(aNode({ metadata: { labels: { zone: 'z' } } }));
    expect(sizes(index)).toEqual([1, 1]);
  });

  it('have no place for a malformed node', () => {
    const index = indexOf([superNode()]);
    index.put(superNode({ spec: { taints: 'none' } } as never));
    expect(sizes(index)).toEqual([]);
  });
});
