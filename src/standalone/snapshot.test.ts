import { describe, expect, it } from 'vitest';
import { aPlaceholder } from '../../test/support/builders.js';
import { problemText } from './manifest.js';
import { parseManifests } from './parse.js';
import { WorldStore } from '../core/world/store.js';
import { snapshotOf, type Snapshot } from './snapshot.js';

function snapshot(...documents: unknown[]): Snapshot & { readonly world: WorldStore } {
  const text = documents.map((document) => JSON.stringify(document)).join('\n---\n');
  const made = snapshotOf(parseManifests('w.yaml', text).manifests);
  return { ...made, world: new WorldStore(made.objects) };
}

const daemonSet = (metadata: unknown, apiVersion = 'apps/v1'): object => ({
  apiVersion,
  kind: 'DaemonSet',
  metadata,
});
const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)]);
const revision = (name: string, owner: object, namespace?: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name, namespace, ownerReferences: [owner] },
});

describe('snapshotOf', () => {
  it('sorts DaemonSets of all their API versions by namespace and name', () => {
    const { world } = snapshot(
      daemonSet({ name: 'b', namespace: 'z' }),
      daemonSet({ name: 'c' }, 'extensions/v1beta1'),
      daemonSet({ name: 'a', namespace: '' }, 'apps/v1beta2'),
      daemonSet({ name: 'x' }, 'example.com/v1'),
    );
    expect(
      world
        .daemonSets()
        .map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`),
    ).toEqual(['default/a', 'default/c', 'z/b']);
  });

  it('finds objects by kind, namespace and name', () => {
    const { world } = snapshot(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } },
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', namespace: 'odd' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'shop' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
      { apiVersion: 'v1', kind: 'Service', metadata: null },
    );
    expect(world.namespace('shop')?.metadata?.labels).toEqual({ a: 'b' });
    expect(world.namespace('other')).toBeUndefined();
    expect(world.nodes()[0]?.metadata).toEqual({ name: 'n' });
    expect(world.find('ConfigMap', 'shop', 'c')).toBeDefined();
    expect(world.find('ConfigMap', 'default', 'c')).toBeUndefined();
    expect(world.find('ServiceAccount', 'default', 'default')).toBeDefined();
  });

  it('takes placeholders, and no other pod, nor is any other asked for a name', () => {
    const taken = snapshot(
      aPlaceholder({ node: 'super', revision: 'r1' }),
      { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'app-' } },
      { apiVersion: 'v1', kind: 'Pod', metadata: 7 },
    );
    expect(taken).toMatchObject({ counts: { Pod: 1 }, problems: [] });
  });

  it('keeps of a Secret its keys and nothing that could hold a value', () => {
    const { world } = snapshot({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', annotations: { last: 'hunter2' }, labels: { l: 'hunter2' } },
      data: { a: 'aHVudGVyMg==' },
      stringData: { b: 'hunter2' },
      extra: 'hunter2',
    });
    expect(world.find('Secret', 'default', 's')).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data: { a: '' },
      stringData: { b: '' },
    });
  });

  it('lets the later of two win', () => {
    const { world, counts } = snapshot(
      daemonSet({ name: 'a', labels: { v: '1' } }),
      daemonSet({ name: 'a', labels: { v: '2' } }),
    );
    expect(world.daemonSets().map(({ metadata }) => metadata?.labels)).toEqual([{ v: '2' }]);
    expect(counts).toMatchObject({ DaemonSet: 1, Node: 0 });
  });

  it('finds the revisions of a DaemonSet by uid, or by name where there are no uids', () => {
    const { world } = snapshot(
      daemonSet({ name: 'a', uid: 'u1' }),
      daemonSet({ name: 'b' }),
      revision('a1', { kind: 'DaemonSet', name: 'a', uid: 'u1' }),
      revision('a0', { kind: 'DaemonSet', name: 'a', uid: 'older' }),
      revision('b1', { kind: 'DaemonSet', name: 'b', uid: 'u2' }),
      revision('b2', { kind: 'StatefulSet', name: 'b' }),
      revision('b3', { kind: 'DaemonSet', name: 'b' }, 'elsewhere'),
    );
    const found = world
      .daemonSets()
      .map((owner) => world.revisions(owner).map(({ metadata }) => metadata?.name));
    expect(found).toEqual([['a1'], ['b1']]);
  });

  it.each([
    [daemonSet(null), 'DaemonSet: the object has no metadata'],
    [daemonSet('x'), 'DaemonSet: the object has no metadata'],
    [daemonSet({ name: '' }), 'DaemonSet: the object has no metadata.name'],
    [{ ...daemonSet({ name: 'a' }), x: nested(200) }, 'a: it is nested deeper than 100 levels'],
    [daemonSet({ name: false }), 'to be a string, got false; put it in quotes'],
    [daemonSet({ name: 'a', namespace: {} }), 'a: expected metadata.namespace to be a string'],
    [daemonSet({ name: 'a', labels: [] }), 'a: expected metadata.labels to be a map of strings'],
    [daemonSet({ name: 'a', annotations: { x: true } }), 'got true for x; put it in quotes'],
    [
      daemonSet({ name: 'a', ownerReferences: [1] }),
      'expected metadata.ownerReferences to be a list of maps',
    ],
    [
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: 1 },
      'n: expected spec to be a map',
    ],
    [
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints: {} } },
      'a list of maps',
    ],
    [
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints: [{}] } },
      'to have a key',
    ],
    [{ ...daemonSet({ name: 'a' }), x: 0 }, undefined],
    [daemonSet({ name: 'a', labels: null, ownerReferences: null }), undefined],
  ])('%j', (document, message) => {
    const { problems, world } = snapshot(document, daemonSet({ name: 'other' }));
    expect(problems.map(problemText).join('\n')).toContain(message ?? '');
    expect(problems).toHaveLength(message === undefined ? 0 : 1);
    expect(world.daemonSets().length + world.nodes().length).toBe(message === undefined ? 2 : 1);
  });

  it('refuses a number that was not read exactly, in what it uses only', () => {
    const text = (kind: string): string =>
      `{apiVersion: v1, kind: ${kind}, metadata: {name: a}, x: 9007199254740993}`;
    const { manifests } = parseManifests('w', `${text('ConfigMap')}\n---\n${text('Other')}\n`);
    expect(snapshotOf(manifests).problems.map(problemText)).toEqual([
      'w:1 (document 1): the number 9007199254740993 in .x cannot be represented exactly; put it in quotes if it is text',
    ]);
  });
});
