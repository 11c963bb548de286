import { expect, it } from 'vitest';
import { inject } from './engine.js';
import { aDaemonSet, aPod, settings, superNode, worldOf } from '../../test/support/builders.js';
import { expectLaws } from '../../test/support/laws.js';

it('takes the names of volume claims for taken, whose volumes the controller will add (bug class 7)', () => {
  const daemonSet = aDaemonSet({
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'agent', image: 'a:1', volumeMounts: [{ name: 'data', mountPath: '/state' }] },
          ],
          volumes: [{ name: 'data', emptyDir: {} }],
        },
      },
    },
  });
  const pod = aPod({
    spec: {
      containers: [
        { name: 'db', image: 'db:1', volumeMounts: [{ name: 'data', mountPath: '/var/lib/db' }] },
      ],
    },
  });
  const request = { pod, namespace: 'default', claimVolumes: ['data'] };
  const { injected } = expectLaws(request, worldOf([superNode(), daemonSet]), settings());
  expect(injected.spec?.containers?.[1]?.volumeMounts?.[0]?.name).toBe('agent-data');
});

it('answers a large pod (200 containers, managedFields, 250 KiB of annotations) in proportion (bug class 34)', () => {
  const containers = Array.from({ length: 200 }, (_, i) => ({ name: `c${i}`, image: 'x:1' }));
  const managedFields = Array.from({ length: 2000 }, (_, i) => ({
    manager: `m${i}`,
    fieldsV1: { f: {} },
  }));
  const pod = aPod({
    metadata: { annotations: { big: 'x'.repeat(250 * 1024) }, managedFields },
    spec: { containers },
  });
  const { outcome } = expectLaws(
    { pod, namespace: 'default' },
    worldOf([superNode(), aDaemonSet()]),
    settings(),
  );
  // The patch grows with what is added, never with what is there.
  expect(JSON.stringify(outcome.operations).length).toBeLessThan(4096);
});

it('never looks into managedFields', () => {
  const managedFields = new Proxy([], {
    get: () => {
      throw new Error('read');
    },
  });
  const pod = { ...aPod(), metadata: { managedFields } };
  const world = worldOf([superNode(), aDaemonSet()]);
  // Only the engine is asked: the laws clone the pod, which a proxy forbids.
  const outcome = inject({ pod: pod, namespace: 'default' }, world, settings());
  expect(outcome.reason).toBe('injected');
});

it('leaves a pod alone whose annotations leave no room for the record', () => {
  const pod = aPod({ metadata: { annotations: { big: 'x'.repeat(256 * 1024 - 10) } } });
  const world = worldOf([superNode(), aDaemonSet()]);
  const { outcome } = expectLaws({ pod, namespace: 'default' }, world, settings());
  expect(outcome.reason).toBe('no_room');
});

it('counts bytes and not characters', () => {
  const pod = aPod({ metadata: { annotations: { big: '语'.repeat(87_300) } } });
  const world = worldOf([superNode(), aDaemonSet()]);
  expect(inject({ pod, namespace: 'default' }, world, settings()).reason).toBe('no_room');
});

it('does not plan a DaemonSet as often as a forged record names it', () => {
  const world = worldOf([superNode(), aDaemonSet()]);
  const one = {
    namespace: 'monitoring',
    name: 'agent',
    revision: 'x',
    containers: [{ container: 'agent', injectedAs: 'agent', placement: 'plain' }],
  };
  const record = JSON.stringify({ version: 1, daemonSets: [one, one], volumes: [] });
  const pod = aPod({ metadata: { annotations: { 'ds-injector.io/record': record } } });
  const outcome = inject({ pod, namespace: 'default' }, world, settings());
  expect(outcome.warnings.map(({ code }) => code)).toContain('record_dropped');
});
