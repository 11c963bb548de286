import { describe, expect, it } from 'vitest';
import { aPod, settings, superNode, worldOf } from '../../test/support/builders.js';
import { aPlaceholder, aRevision, theDaemonSet } from '../../test/support/lifecycle.js';
import { factsOf, type Facts } from '../core/facts/facts.js';
import type { KubernetesObject, Pod } from '../core/model/types.js';
import { LateMemory, sceneOf, type Refusal } from './late-memory.js';

const KEY = 'shop/web';
const pod = (more: object = {}): Pod =>
  aPod(
    { metadata: { name: 'web', namespace: 'shop', uid: 'u' }, spec: { nodeName: 'super' } },
    more,
  );
const refusal = (more: Partial<Refusal> = {}): Refusal => ({
  ...{ namespace: 'monitoring', name: 'agent', revision: 'r1', reason: 'not_portable' },
  ...more,
});

describe('what is remembered of a pod', () => {
  const at = { now: 0 };
  const memory = (): LateMemory => {
    at.now = 0;
    return new LateMemory(() => at.now);
  };

  it('is that there was nothing to do, until something else is', () => {
    const some = memory();
    expect(some.find(KEY, 'scene')).toBeUndefined();
    some.settle(KEY, 'scene', undefined);
    expect(some.find(KEY, 'scene')).toEqual({ again: undefined });
    expect(some.find(KEY, 'another')).toBeUndefined();
    expect(some.find('shop/other', 'scene')).toBeUndefined();
  });

  it('is when there will be something to do', () => {
    const some = memory();
    some.settle(KEY, 'scene', 10_000);
    at.now = 4_000;
    expect(some.find(KEY, 'scene')).toEqual({ again: 6_000 });
    at.now = 10_000;
    expect(some.find(KEY, 'scene')).toBeUndefined();
  });

  it('is not believed for ever', () => {
    const some = memory();
    some.settle(KEY, 'scene', undefined);
    at.now = 600_000;
    expect(some.find(KEY, 'scene')).toBeUndefined();
  });

  it('are refusals, each of which is told of once', () => {
    const some = memory();
    const both = [refusal(), refusal({ name: 'other' })];
    expect(some.fresh(pod(), both)).toEqual(both);
    expect(some.fresh(pod(), both)).toEqual([]);
    const next = refusal({ revision: 'r2' });
    expect(some.fresh(pod(), [next, refusal({ name: 'other' })])).toEqual([next]);
    const another = pod({ metadata: { uid: 'another' } });
    expect(some.fresh(another, [next])).toEqual([next]);
  });

  it('is nothing when it is gone', () => {
    const some = memory();
    some.settle(KEY, 'scene', undefined);
    some.fresh(pod(), [refusal()]);
    expect(some.size).toBe(1);
    some.forget(KEY);
    expect(some.size).toBe(0);
  });
});

describe('what the answer for a pod depends on', () => {
  const facts = (...objects: readonly KubernetesObject[]): Facts =>
    factsOf(
      worldOf([superNode(), theDaemonSet(), aRevision('r1'), aPlaceholder(), ...objects]),
      settings({ placeholders: true }),
    );
  const parts = { pod: pod(), lacking: ['monitoring/agent'], promised: [], owed: [] };
  const before = sceneOf(parts, facts());

  it('is the same for the same', () => {
    expect(sceneOf({ ...parts, pod: pod() }, facts())).toBe(before);
  });

  it('is not how the pod fares', () => {
    const busy = pod({ metadata: { resourceVersion: '2' }, status: { phase: 'Running' } });
    expect(sceneOf({ ...parts, pod: busy }, facts())).toBe(before);
  });

  it.each<[string, () => string]>([
    ['another pod', () => sceneOf({ ...parts, pod: pod({ metadata: { uid: 'v' } }) }, facts())],
    [
      'another annotation',
      () => sceneOf({ ...parts, pod: pod({ metadata: { annotations: { a: 'b' } } }) }, facts()),
    ],
    ['an ephemeral container that ended', () => sceneOf({ ...parts, owed: ['a ended'] }, facts())],
    ['other DaemonSets', () => sceneOf({ ...parts, lacking: [] }, facts())],
    [
      'another template',
      () => {
        const world = facts(
          theDaemonSet({ spec: { template: { metadata: { labels: { a: 'b' } } } } }),
        );
        return sceneOf(parts, world);
      },
    ],
    [
      'a revision that is promised and broken',
      () => {
        const promised = { ...parts, lacking: [], promised: parts.lacking };
        expect(sceneOf(promised, facts(noted('ds-injector.io/broken')))).not.toBe(
          sceneOf(promised, facts()),
        );
        return sceneOf(promised, facts());
      },
    ],
    ['a revision that is broken', () => sceneOf(parts, facts(noted('ds-injector.io/broken')))],
    [
      'what the placeholder wants',
      () =>
        sceneOf(
          parts,
          facts(
            aPlaceholder('agent-abcde', {
              metadata: { labels: { 'controller-revision-hash': 'r2' } },
            }),
          ),
        ),
    ],
    [
      'another version of the node',
      () =>
        sceneOf(parts, facts(superNode({ status: { nodeInfo: { kubeletVersion: 'v1.24.0' } } }))),
    ],
  ])('is %s', (_, scene) => {
    expect(scene()).not.toBe(before);
  });

  const noted = (annotation: string): KubernetesObject => {
    const revision = aRevision('r1');
    return { ...revision, metadata: { ...revision.metadata, annotations: { [annotation]: 'x' } } };
  };
});
