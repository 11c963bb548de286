import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inject } from '../../src/core/engine.js';
import type { KubernetesObject, Pod } from '../../src/core/model/types.js';
import { WorldStore } from '../../src/core/world/store.js';
import {
  aDaemonSet,
  aNode,
  aPlaceholder,
  aPod,
  PREFIX,
  settings,
  superNode,
} from '../support/builders.js';

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

/** Mostly the DaemonSet that is there from the beginning. */
const owner = fc.constantFrom('a', 'a', 'a', 'b');

const notes = fc.constantFrom<Record<string, string>[]>(
  {},
  { 'ds-injector.io/proven': 'true' },
  { 'ds-injector.io/broken': 'Error' },
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

/** Revisions whose templates are those of `daemonSets`, or were. */
const revisions: fc.Arbitrary<KubernetesObject> = fc
  .record({ owner, image: letter, hash: letter, number: fc.nat(3), note: notes })
  .map(({ owner, image, hash, number, note }) => ({
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner}-${hash}`,
      namespace: 'monitoring',
      labels: { 'controller-revision-hash': hash },
      annotations: note,
      ownerReferences: [{ kind: 'DaemonSet', name: owner }],
    },
    revision: number,
    data: { spec: { template: { spec: { containers: [{ name: owner, image }] } } } },
  }));

const placeholders: fc.Arbitrary<KubernetesObject> = fc
  .record({
    name: letter,
    node: letter,
    revision: letter,
    owner,
    hour: fc.nat(2),
    note: notes,
  })
  .map(({ name, node, revision, owner, hour, note }) =>
    aPlaceholder({
      node,
      revision,
      owner: { name: owner },
      pod: {
        metadata: { name, creationTimestamp: `2026-01-01T0${hour}:00:00Z`, annotations: note },
      },
    }),
  );

/** An object that comes or changes, or one that goes. */
const stepsOf = (...kinds: fc.Arbitrary<KubernetesObject>[]) =>
  fc.array(fc.tuple(fc.oneof(...kinds), fc.boolean()), { minLength: 1, maxLength: 12 });
const steps = stepsOf(nodes, daemonSets, namespaces, configMaps, revisions, placeholders);
const rollouts = stepsOf(revisions, placeholders);

const pods: fc.Arbitrary<Pod> = fc
  .record({
    selector: fc.oneof(
      fc.constant({}),
      hostname,
      letter.map((zone) => ({ zone })),
    ),
    tier: fc.constantFrom('web', 'db'),
    restartPolicy: fc.constantFrom('Always', 'Never'),
    nodeName: fc.option(letter, { nil: undefined }),
  })
  .map(({ selector, tier, nodeName, restartPolicy }) =>
    aPod({
      metadata: { labels: { tier } },
      spec: {
        nodeSelector: selector,
        restartPolicy,
        tolerations: [{ operator: 'Exists' }],
        ...(nodeName === undefined ? {} : { nodeName }),
      },
    }),
  );

const revisionOf = (image: string): KubernetesObject => ({
  kind: 'ControllerRevision',
  metadata: {
    name: `a-${image}`,
    namespace: 'monitoring',
    labels: { 'controller-revision-hash': image },
    ownerReferences: [{ kind: 'DaemonSet', name: 'a' }],
  },
  data: { spec: { template: { spec: { containers: [{ name: 'a', image }] } } } },
});

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
  revisionOf('b'),
  revisionOf('c'),
  aPlaceholder({
    node: 'a',
    revision: 'b',
    owner: { name: 'a' },
    pod: { metadata: { name: 'a' } },
  }),
];

const idOf = ({ kind = '', metadata }: KubernetesObject): string =>
  [kind, metadata?.namespace ?? '', metadata?.name ?? ''].join('/');

describe('a World that changes step by step', () => {
  it.each([
    ['anything', steps, { mixed: 'late', placeholders: true }],
    ['anything', steps, { mixed: 'pin', placeholders: false }],
    ['anything', steps, { mixed: 'inject', placeholders: true }],
    ['the revisions that are wanted', rollouts, { mixed: 'late', placeholders: true }],
  ] as const)('answers at each step as one that was made at once: %s, %#', (_, some, options) => {
    fc.assert(
      fc.property(some, fc.array(pods, { minLength: 1, maxLength: 3 }), (all, asked) => {
        const [store, own] = [new WorldStore(present), settings(options)];
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
  });
});
