import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { podOf } from '../../src/cli/templates.js';
import { inject } from '../../src/core/engine.js';
import type { Request } from '../../src/core/engine.js';
import type { DaemonSet, KubernetesObject } from '../../src/core/model/types.js';
import { PREFIX, settings, superNode, worldOf } from '../support/builders.js';
import { expectLaws } from '../support/laws.js';

/**
 * Real manifests of other projects. They are data of others and lie beside the project, not in it; without them this
 * file skips.
 */
const corpus = join(import.meta.dirname, '../../../shared/corpus');

const read = (folder: string): KubernetesObject[] =>
  readdirSync(join(corpus, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parse(readFileSync(join(corpus, folder, name), 'utf8')) as KubernetesObject);

/** Marked, and at home on super nodes: so that as many as can be are injected. */
function marked(daemonSet: DaemonSet): DaemonSet {
  const template = daemonSet.spec?.template;
  return {
    ...daemonSet,
    spec: {
      ...daemonSet.spec,
      template: {
        ...template,
        metadata: { ...template?.metadata, annotations: { [`${PREFIX}ds-injection`]: 'true' } },
        spec: {
          ...template?.spec,
          nodeSelector: {},
          affinity: {},
          tolerations: [{ operator: 'Exists' }],
        },
      },
    },
  };
}

/** The request for a workload's pod that runs where the DaemonSets run, in a namespace that is injected. */
const onVirtualNodes = (request: Request): Request => ({
  ...request,
  namespace: 'default',
  pod: {
    ...request.pod,
    metadata: { ...request.pod.metadata, namespace: 'default' },
    spec: {
      ...request.pod.spec,
      nodeSelector: {},
      affinity: {},
      tolerations: [{ operator: 'Exists' }],
    },
  },
});

describe.skipIf(!existsSync(corpus))(
  'every real DaemonSet in every real workload (needs ../shared/corpus)',
  () => {
    const daemonSets = existsSync(corpus) ? (read('daemonsets') as DaemonSet[]).map(marked) : [];
    const workloads = existsSync(corpus) ? read('workloads') : [];
    const pods = workloads.flatMap((workload) => {
      const made = podOf(workload);
      return made === undefined ? [] : [onVirtualNodes(made.request)];
    });

    it('has something to work on', () => {
      expect(daemonSets.length).toBeGreaterThan(60);
      expect(pods.length).toBeGreaterThan(300);
    });

    it.each(
      daemonSets.map(
        (daemonSet) =>
          [
            `${daemonSet.metadata?.namespace ?? 'default'}/${daemonSet.metadata?.name ?? ''}`,
            daemonSet,
          ] as const,
      ),
    )('keeps the laws with %s in every pod', (_, daemonSet) => {
      const world = worldOf([superNode(), daemonSet]);
      for (const made of pods) expectLaws(made, world, settings());
    });

    it('keeps the laws with all of them at once', () => {
      const named = daemonSets.map((daemonSet, i) => ({
        ...daemonSet,
        metadata: { ...daemonSet.metadata, name: `${daemonSet.metadata?.name ?? ''}-${i}` },
      }));
      const world = worldOf([superNode(), ...named]);
      for (const made of pods) expectLaws(made, world, settings());
    });

    it('injects some and refuses some, each with a reason', () => {
      const world = worldOf([superNode(), ...daemonSets]);
      const reasons = new Map<string, number>();
      const [first] = pods;
      for (const verdict of first ? inject(first, world, settings()).daemonSets : []) {
        reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
      }
      expect(reasons.get('injected')).toBeGreaterThan(5);
      expect(reasons.get('host_mutator')).toBeGreaterThan(20);
      expect([...reasons.keys()]).not.toContain('malformed_daemonset');
    });
  },
);
