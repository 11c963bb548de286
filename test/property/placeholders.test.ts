import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pod } from '../../src/core/model/types.js';
import { settings, superNode, worldOf } from '../support/builders.js';
import { expectLaws } from '../support/laws.js';
import { daemonSets, pods } from './arbitrary.js';

/** A number of runs that takes seconds; `PROPERTY_RUNS` asks for more, as a nightly job would. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 400);

/** A pod as the DaemonSet controller makes it for a node. */
const madeFor = (node: string, pod: Pod, more: Partial<Pod['spec']>): Pod => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: '7', controller: true },
    ],
  },
  spec: {
    ...pod.spec,
    ...more,
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  },
});

const gates = fc.constantFrom<Partial<Pod['spec']>>(
  {},
  { schedulingGates: [{ name: 'example.org/other' }] },
  { schedulingGates: [{ name: 'ds-injector.io/placeholder' }] },
);

it('whatever a DaemonSet has in it, its pod for a virtual node becomes a placeholder and nothing else', () => {
  fc.assert(
    fc.property(pods, daemonSets, gates, (pod, all, more) => {
      const request = { pod: madeFor('super', pod, more), namespace: 'monitoring' };
      const world = worldOf([superNode(), ...all]);
      const { outcome } = expectLaws(request, world, settings({ placeholders: true }));
      expect(outcome.reason).toBe('placeholder');
      const offline = expectLaws(request, world, settings());
      expect(offline.outcome.reason).toBe('placeholder_not_gated');
    }),
    { numRuns },
  );
});
