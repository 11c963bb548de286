import { describe, expect, it } from 'vitest';
import { applyPatch } from '../core/patch/apply.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { Operation } from '../core/patch/operation.js';
import { hasPodTemplate, operationsOn, podOf } from './templates.js';

const template = {
  metadata: { labels: { app: 'web' }, name: 'ignored' },
  spec: { containers: [] },
};
const made = (
  apiVersion: string,
  kind: string,
  spec: unknown = { template },
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop', uid: 'u' },
  spec,
});

describe('podOf', () => {
  it.each([
    ['apps/v1', 'Deployment', 'apps/v1', 'ReplicaSet'],
    ['extensions/v1beta1', 'Deployment', 'apps/v1', 'ReplicaSet'],
    ['apps/v1', 'StatefulSet', 'apps/v1', 'StatefulSet'],
    ['apps/v1', 'ReplicaSet', 'apps/v1', 'ReplicaSet'],
    ['v1', 'ReplicationController', 'v1', 'ReplicationController'],
    ['apps/v1', 'DaemonSet', 'apps/v1', 'DaemonSet'],
    ['batch/v1', 'Job', 'batch/v1', 'Job'],
  ])('makes the pod of a %s %s', (apiVersion, kind, ownerVersion, ownerKind) => {
    const object = made(apiVersion, kind);
    const pod = podOf(object);
    expect(pod).toMatchObject({ kind, namespace: 'shop', name: 'web', prefix: '/spec/template' });
    expect(pod?.request).toMatchObject({
      namespace: 'shop',
      pod: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          labels: { app: 'web' },
          generateName: 'web-',
          namespace: 'shop',
          ownerReferences: [
            { apiVersion: ownerVersion, kind: ownerKind, name: 'web', controller: true },
          ],
        },
        spec: { containers: [] },
      },
    });
    expect(pod?.request.pod.metadata).not.toHaveProperty('name');
  });

  it('makes the pod of a CronJob as its Job would', () => {
    const pod = podOf(made('batch/v1beta1', 'CronJob', { jobTemplate: { spec: { template } } }));
    expect(pod?.prefix).toBe('/spec/jobTemplate/spec/template');
    expect(pod?.request.pod.metadata?.ownerReferences).toEqual([
      { apiVersion: 'batch/v1', kind: 'Job', name: 'web', controller: true },
    ]);
  });

  it('takes a Pod as it is', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'x-' }, spec: {} };
    const pod = podOf(object);
    expect(pod).toMatchObject({ namespace: 'default', name: 'x-*', prefix: '' });
    expect(pod?.request.pod).toEqual(object);
  });

  it('names the claims of a StatefulSet', () => {
    const claims = [{ metadata: { name: 'data' } }, null, { metadata: {} }];
    const spec = { template, volumeClaimTemplates: claims };
    expect(podOf(made('apps/v1', 'StatefulSet', spec))?.request.claimVolumes).toEqual(['data']);
    expect(podOf(made('apps/v1', 'Deployment', spec))?.request.claimVolumes).toEqual([]);
  });

  it.each([
    ['example.com/v1', 'Deployment'],
    ['v1', 'Deployment'],
    ['apps/v1', 'Pod'],
    ['v1', 'Service'],
    ['v1', 'constructor'],
  ])('finds no pod in %s %s', (apiVersion, kind) => {
    expect(podOf(made(apiVersion, kind))).toBeUndefined();
  });

  it.each([null, 1, 'x', [], {}, { template: null }, { template: 'x' }, { template: [] }])(
    'does not stumble over the spec %j',
    (spec) => {
      for (const kind of ['Deployment', 'StatefulSet']) {
        expect(podOf(made('apps/v1', kind, spec))?.request.pod.spec ?? undefined).toBeUndefined();
      }
    },
  );

  it.each([undefined, null, { name: 7, namespace: [] }])(
    'does not stumble over the metadata %j',
    (metadata) => {
      const object = { apiVersion: 'apps/v1', kind: 'Job', metadata } as KubernetesObject;
      expect(podOf({ ...object, apiVersion: 'batch/v1' })).toMatchObject({
        namespace: 'default',
        name: '*',
      });
      expect(
        podOf({ ...object, apiVersion: 'v1', kind: 'Pod' })?.request.pod.metadata,
      ).toBeDefined();
    },
  );
});

describe('operationsOn', () => {
  const label: Operation = { op: 'add', path: '/metadata/labels', value: { a: 'b' } };
  const apply = (object: KubernetesObject, operations: readonly Operation[]): KubernetesObject => {
    const pod = podOf(object);
    return pod ? applyPatch(object, operationsOn(object, pod, operations)) : object;
  };

  it.each([{ spec: {} }, { metadata: null, spec: {} }])(
    'makes the metadata of the template %j',
    (bare) => {
      const object = made('apps/v1', 'Deployment', { template: bare });
      const before = structuredClone(object);
      expect(apply(object, [label])['spec']).toEqual({
        template: { metadata: { labels: { a: 'b' } }, spec: {} },
      });
      expect(object).toEqual(before);
    },
  );

  it('keeps the metadata that is there, and makes none without need', () => {
    const object = made('apps/v1', 'Deployment', {
      template: { metadata: { name: 'x' }, spec: {} },
    });
    expect(apply(object, [label])['spec']).toMatchObject({
      template: { metadata: { name: 'x', labels: { a: 'b' } } },
    });
    const bare = made('apps/v1', 'Deployment', { template: { spec: {} } });
    const volumes: Operation = { op: 'add', path: '/spec/volumes', value: [] };
    expect(apply(bare, [volumes])['spec']).toEqual({ template: { spec: { volumes: [] } } });
  });

  it('works on a Pod', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', spec: {} };
    expect(apply(pod, [label])).toMatchObject({ metadata: { labels: { a: 'b' } } });
  });
});

describe('hasPodTemplate', () => {
  const containers = { spec: { containers: [] } };

  it.each([
    ['a Rollout', { spec: { template: containers } }],
    ['a PodTemplate', { template: containers }],
    ['a job of several tasks', { spec: { tasks: [{ template: containers }] } }],
    ['replicas by name', { spec: { replicas: { worker: { template: containers } } } }],
  ])('sees the template of %s', (_, object) => {
    expect(hasPodTemplate({ apiVersion: 'x.io/v1', kind: 'X', ...object })).toBe(true);
  });

  it.each([
    ['nothing', {}],
    ['a template of something else', { spec: { template: { spec: { rules: [] } } } }],
    ['a schema', { spec: { template: { properties: { spec: { containers: [] } } } } }],
    ['no map', { spec: [null, 1, 'x'] }],
    ['a revision', { data: { spec: { template: containers } } }],
  ])('sees none in %s', (_, object) => {
    expect(hasPodTemplate({ apiVersion: 'x.io/v1', kind: 'X', ...object })).toBe(false);
  });
});
