import { expect, it } from 'vitest';
import { inject } from './engine.js';
import type { Pod } from './model/types.js';
import type { Outcome } from './outcome.js';
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

/** As the API server gives it to a webhook: with a volume for the token, whose name is made up anew for each pod. */
const withToken = (suffix: string): Pod =>
  aPod({
    spec: {
      containers: [{ name: 'web', image: 'web:1' }],
      volumes: [{ name: `kube-api-access-${suffix}`, emptyDir: {} }],
    },
  });

it('works out once what pods of one workload get, whatever the API server calls their token volume', () => {
  const world = worldOf([superNode(), aDaemonSet()]);
  const own = settings();
  const outcome = (pod: Pod): Outcome => inject({ pod, namespace: 'default' }, world, own);
  expect(outcome(withToken('x7k2p'))).toBe(outcome(withToken('b9w4z')));
});

it('gives no volume of a DaemonSet the name of a token volume', () => {
  const daemonSet = aDaemonSet({
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: 'agent',
              image: 'a:1',
              volumeMounts: [{ name: 'kube-api-access-x7k2p', mountPath: '/data' }],
            },
          ],
          volumes: [{ name: 'kube-api-access-x7k2p', emptyDir: {} }],
        },
      },
    },
  });
  const world = worldOf([superNode(), daemonSet]);
  for (const suffix of ['x7k2p', 'b9w4z']) {
    const request = { pod: withToken(suffix), namespace: 'default' };
    const { injected } = expectLaws(request, world, settings());
    const names = injected.spec?.volumes?.map(({ name }) => name);
    expect(names).toContain('agent-kube-api-access-x7k2p');
    expect(names).toContain(`kube-api-access-${suffix}`);
  }
});

it('leaves a pod alone whose node affinity would have to be held against all nodes for seconds', () => {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['a', 'b'] }];
  const nodeSelectorTerms = Array.from({ length: 300 }, () => ({ matchFields }));
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  const pod = aPod({ spec: { affinity: { nodeAffinity: required } } });
  const world = worldOf([superNode(), aDaemonSet()]);
  expect(inject({ pod, namespace: 'default' }, world, settings())).toMatchObject({
    reason: 'malformed_pod',
    detail: '.spec.affinity.nodeAffinity has more than 1000 terms and values',
  });
});
