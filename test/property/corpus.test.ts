import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inject } from '../../src/core/engine.js';
import { settings, superNode, worldOf } from '../support/builders.js';
import { corpus, daemonSetsOf, podsOf } from '../support/corpus.js';
import { expectLaws } from '../support/laws.js';

describe.skipIf(!existsSync(corpus))(
  'every real DaemonSet in every real workload (needs ../shared/corpus)',
  () => {
    const daemonSets = existsSync(corpus) ? daemonSetsOf() : [];
    const pods = existsSync(corpus) ? podsOf() : [];

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
