import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inject } from '../../src/core/engine.js';
import type { Request } from '../../src/core/engine.js';
import type { Container, Pod } from '../../src/core/model/types.js';
import { list } from '../../src/core/model/types.js';
import { applyPatch } from '../../src/core/patch/apply.js';
import { settings, superNode, worldOf } from '../support/builders.js';
import { expectLaws, expectValid } from '../support/laws.js';
import { daemonSets, pods } from './arbitrary.js';

/** A number of runs that takes seconds; `PROPERTY_RUNS` asks for more, as a nightly job would. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 400);

const worldWith = (all: Parameters<typeof worldOf>[0]): ReturnType<typeof worldOf> =>
  worldOf([superNode(), ...all]);

const request = (pod: Pod): Request => ({ pod, namespace: 'default' });

/** What a mesh does between two passes: its own containers first, and a variable and a mount in every container. */
function meshed(pod: Pod): Pod {
  const { spec } = pod;
  const touch = (container: Container): Container => ({
    ...container,
    env: [{ name: 'MESH', value: '1' }, ...list(container.env)],
    volumeMounts: [...list(container.volumeMounts), { name: 'mesh', mountPath: '/mesh' }],
  });
  return {
    ...pod,
    spec: {
      ...spec,
      initContainers: [
        { name: 'istio-init', image: 'mesh:1' },
        ...list(spec?.initContainers).map(touch),
      ],
      containers: [{ name: 'istio-proxy', image: 'mesh:1' }, ...list(spec?.containers).map(touch)],
      volumes: [...list(spec?.volumes), { name: 'mesh', emptyDir: {} }],
    },
  };
}

const injectedNames = (pod: Pod, all: Parameters<typeof worldOf>[0]): readonly string[] =>
  inject(request(pod), worldWith(all), settings()).daemonSets.flatMap(({ containers }) =>
    containers.map(({ injectedAs }) => injectedAs),
  );

describe('for any pod and any DaemonSets', () => {
  it('the laws hold', () => {
    fc.assert(
      fc.property(pods, daemonSets, (pod, all) => {
        expectLaws(request(pod), worldWith(all), settings());
      }),
      { numRuns },
    );
  });

  it('the laws hold with resources=keep and on old versions', () => {
    fc.assert(
      fc.property(
        pods,
        daemonSets,
        fc.constantFrom('1.28', '1.33', '1.36'),
        (pod, all, kubernetesVersion) => {
          expectLaws(
            request(pod),
            worldWith(all),
            settings({ kubernetesVersion, resources: 'keep' }),
          );
        },
      ),
      { numRuns: numRuns / 2 },
    );
  });

  it('a pass after another webhook keeps what is there, under its names, and a third changes nothing', () => {
    fc.assert(
      fc.property(pods, daemonSets, (pod, all) => {
        const world = worldWith(all);
        const first = applyPatch(pod, inject(request(pod), world, settings()).operations);
        const between = meshed(first);
        const second = applyPatch(between, inject(request(between), world, settings()).operations);
        expectValid(second, request(between));
        expect(injectedNames(second, all)).toEqual(injectedNames(pod, all));
        expect(inject(request(second), world, settings()).operations).toEqual([]);
      }),
      { numRuns: numRuns / 2 },
    );
  });

  it('the order of DaemonSets in the World does not matter', () => {
    fc.assert(
      fc.property(pods, daemonSets, (pod, all) => {
        const forward = inject(request(pod), worldWith(all), settings());
        const backward = inject(request(pod), worldWith([...all].reverse()), settings());
        expect(backward).toEqual(forward);
      }),
      { numRuns: numRuns / 4 },
    );
  });
});

describe('for whatever JSON calls itself a pod', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const spec = fc.dictionary(
    fc.constantFrom(
      'containers',
      'initContainers',
      'volumes',
      'affinity',
      'tolerations',
      'nodeSelector',
      'imagePullSecrets',
      'securityContext',
      'resources',
    ),
    fc.oneof(
      json,
      fc.array(
        fc.dictionary(
          fc.constantFrom('name', 'env', 'ports', 'volumeMounts', 'resources', 'hostPath'),
          json,
        ),
      ),
    ),
  );
  const strange = fc.record({ metadata: json, spec: fc.oneof(spec, json) }, { requiredKeys: [] });

  it('the engine answers and never throws', () => {
    fc.assert(
      fc.property(strange, daemonSets, (pod, all) => {
        const outcome = inject(request(pod as Pod), worldWith(all), settings());
        expect(['inject', 'skip']).toContain(outcome.decision);
      }),
      { numRuns: numRuns * 2 },
    );
  });

  it('the engine takes whatever calls itself a DaemonSet', () => {
    fc.assert(
      fc.property(pods, strange, (pod, template) => {
        const daemonSet = {
          kind: 'DaemonSet',
          metadata: {
            name: 'odd',
            annotations: { 'eks.tke.cloud.tencent.com/ds-injection': 'true' },
          },
          spec: { template },
        };
        expectLaws(request(pod), worldWith([daemonSet]), settings());
      }),
      { numRuns },
    );
  });
});
