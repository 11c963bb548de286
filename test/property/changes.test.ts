import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inject } from '../../src/core/engine.js';
import type { KubernetesObject, Pod } from '../../src/core/model/types.js';
import { WorldStore } from '../../src/core/world/store.js';
import { aDaemonSet, aNode, aPod, PREFIX, settings, superNode } from '../support/builders.js';

/** A number of runs that takes seconds; `PROPERTY_RUNS` asks for more, as a nightly job would. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const letter = fc.constantFrom('a', 'b', 'c');
const hostname = letter.map((one) => ({ 'kubernetes.io/hostname': one }));

const nodes: fc.Arbitrary<KubernetesObject> = fc
  .record({
    name: letter,
    zone: letter,
    virtual: fc.boolean(),
    tainted: fc.boolean(),
    heartbeat: fc.nat(3),
    kubeletVersion: fc.constantFrom('v1.36.0', 'v1.28.0'),
  })
  .map(({ name, zone, virtual, tainted, heartbeat, kubeletVersion }) =>
    (virtual ? superNode : aNode)({
      metadata: { name, labels: { zone, 'kubernetes.io/hostname': name } },
      spec: { taints: tainted ? [{ key: 'dedicated', effect: 'NoSchedule' }] : [] },
      status: { nodeInfo: { kubeletVersion }, heartbeat },
    }),
  );

const daemonSets: fc.Arbitrary<KubernetesObject> = fc
  .record({
    name: letter,
    marked: fc.constantFrom('true', 'false'),
    image: letter,
    selector: fc.oneof(
      fc.constant({}),
      hostname,
      letter.map((zone) => ({ zone })),
    ),
    byLabel: fc.constantFrom(undefined, 'tier:web', 'tier:db'),
    config: letter,
  })
  .map(({ name, marked, image, selector, byLabel, config }) =>
    aDaemonSet({
      metadata: { name },
      spec: {
        template: {
          metadata: {
            annotations: {
              [`${PREFIX}ds-injection`]: marked,
              ...(byLabel === undefined ? {} : { [`${PREFIX}ds-inject-by-label`]: byLabel }),
            },
          },
          spec: {
            nodeSelector: selector,
            tolerations: [{ operator: 'Exists' }],
            containers: [{ name, image, envFrom: [{ configMapRef: { name: config } }] }],
          },
        },
      },
    }),
  );

const namespaces: fc.Arbitrary<KubernetesObject> = fc
  .record({
    name: fc.constantFrom('default', 'monitoring'),
    selector: fc.constantFrom('', 'zone=a', 'zone=b'),
  })
  .map(({ name, selector }) => ({
    kind: 'Namespace',
    metadata: { name, annotations: { 'openshift.io/node-selector': selector } },
  }));

const configMaps: fc.Arbitrary<KubernetesObject> = letter.map((name) => ({
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { key: 'a value' },
}));

/** An object that comes or changes, or one that goes. */
const steps = fc.array(
  fc.tuple(fc.oneof(nodes, daemonSets, namespaces, configMaps), fc.boolean()),
  { minLength: 1, maxLength: 12 },
);

const pods: fc.Arbitrary<Pod> = fc
  .record({
    selector: fc.oneof(
      fc.constant({}),
      hostname,
      letter.map((zone) => ({ zone })),
    ),
    tier: fc.constantFrom('web', 'db'),
    nodeName: fc.option(letter, { nil: undefined }),
  })
  .map(({ selector, tier, nodeName }) =>
    aPod({
      metadata: { labels: { tier } },
      spec: {
        nodeSelector: selector,
        tolerations: [{ operator: 'Exists' }],
        ...(nodeName === undefined ? {} : { nodeName }),
      },
    }),
  );

/** What is there from the beginning, so that most steps change an answer. */
const present: readonly KubernetesObject[] = [
  superNode({ metadata: { name: 'a', labels: { zone: 'a' } } }),
  aDaemonSet({
    metadata: { name: 'a' },
    spec: {
      template: {
        spec: {
          containers: [{ name: 'a', image: 'a', envFrom: [{ configMapRef: { name: 'a' } }] }],
        },
      },
    },
  }),
];

const idOf = ({ kind = '', metadata }: KubernetesObject): string =>
  [kind, metadata?.namespace ?? '', metadata?.name ?? ''].join('/');

describe('a World that changes step by step', () => {
  it.each(['late', 'pin', 'inject'] as const)(
    'answers at each step as one that was made at once (mixed: %s)',
    (mixed) => {
      fc.assert(
        fc.property(steps, fc.array(pods, { minLength: 1, maxLength: 3 }), (all, asked) => {
          const [store, own] = [new WorldStore(present), settings({ mixed })];
          const objects = new Map(present.map((object) => [idOf(object), object]));
          for (const [object, goes] of all) {
            const { kind = '', metadata } = object;
            const { name = '', namespace = '' } = metadata ?? {};
            if (goes) store.drop({ kind, namespace, name });
            else store.put(object);
            if (goes) objects.delete(idOf(object));
            else objects.set(idOf(object), object);
            for (const pod of asked) {
              const request = { pod, namespace: 'default' };
              expect(inject(request, store, own)).toEqual(
                inject(request, new WorldStore(objects.values()), own),
              );
            }
          }
        }),
        { numRuns },
      );
    },
  );
});
