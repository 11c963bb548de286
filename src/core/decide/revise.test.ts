import { beforeEach, describe, expect, it } from 'vitest';
import {
  aDaemonSet,
  aPlaceholder,
  aPod,
  settings,
  superNode,
} from '../../../test/support/builders.js';
import { inject } from '../engine.js';
import type { KubernetesObject } from '../model/types.js';
import type { Outcome } from '../outcome.js';
import { WorldStore } from '../world/store.js';

const revision = (hash: string, number: number, annotations = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    name: `agent-${hash}`,
    namespace: 'monitoring',
    labels: { 'controller-revision-hash': hash },
    annotations,
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' }],
  },
  revision: number,
  data: { spec: { template: { ...agent(hash).spec?.template, $patch: 'replace' } } },
});
const agent = (image: string) =>
  aDaemonSet({
    spec: {
      template: { spec: { containers: [{ name: 'agent', image: `example.org/${image}` }] } },
    },
  });
const placeholder = (node: string, wanted: string, annotations = {}): KubernetesObject =>
  aPlaceholder({ node, revision: wanted, pod: { metadata: { annotations } } });

describe('the revision of a pod, while a DaemonSet is rolled out', () => {
  const own = settings({ placeholders: true });
  let world: WorldStore;

  beforeEach(() => {
    world = new WorldStore([
      ...['a', 'b'].map((name) => superNode({ metadata: { name } })),
      agent('new'),
      revision('old', 1, { 'ds-injector.io/proven': 'true' }),
      revision('new', 2),
      ...['a', 'b'].map((name) => placeholder(name, 'old')),
    ]);
  });
  const ask = (): Outcome => inject({ pod: aPod(), namespace: 'default' }, world, own);
  const image = (): string | undefined =>
    /"image":"example.org\/(\w+)"/.exec(JSON.stringify(ask().operations))?.[1];

  it('goes from the old to the new when the last node wants it', () => {
    expect(image()).toBe('old');
    world.put(placeholder('a', 'new'));
    expect(image()).toBe('old');
    world.put(placeholder('b', 'new'));
    expect(image()).toBe('new');
  });

  it('goes with what is proven while the nodes differ', () => {
    world.put(placeholder('a', 'new'));
    expect(image()).toBe('old');
    world.put(revision('new', 2, { 'ds-injector.io/proven': 'true' }));
    expect(image()).toBe('new');
  });

  it('comes back from one that is broken, with a word about it, and goes there again when it is not', () => {
    for (const name of ['a', 'b']) world.put(placeholder(name, 'new'));
    world.put(revision('new', 2, { 'ds-injector.io/broken': 'Error' }));
    expect(image()).toBe('old');
    expect(ask().warnings.map(({ code }) => code)).toEqual(['broken_revision']);
    world.put(revision('new', 2));
    expect(image()).toBe('new');
    expect(ask().warnings).toEqual([]);
  });

  it('is one outcome, down to the same object, as long as nothing else is wanted', () => {
    const before = ask();
    world.put(placeholder('a', 'old', { 'ds-injector.io/summary': '{}' }));
    expect(ask()).toBe(before);
    world.drop({ kind: 'Pod', namespace: 'monitoring', name: 'agent-b' });
    expect(ask()).toBe(before);
    world.put(placeholder('a', 'new'));
    expect(ask()).not.toBe(before);
  });
});
