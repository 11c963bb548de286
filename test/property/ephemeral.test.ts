import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '../../src/core/model/types.js';
import { aPod, settings, superNode, worldOf } from '../support/builders.js';
import { corpus, daemonSetsOf, podsOf } from '../support/corpus.js';
import { expectLaws } from '../support/laws.js';
import { bound, expectLawfulLate } from '../support/laws/late.js';

const isThere = existsSync(corpus);
const later = settings({ addsLater: true });
const isolated = settings({ addsLater: true, isolation: 'ephemeral' });

/** All together are planned for a pod some five times, which takes a tenth of a second; one pod in so many will do. */
const EACH = 5;

/** How many go into a pod, of those that are asked one by one. */
const countOf = (daemonSets: readonly DaemonSet[], goesIn: (one: DaemonSet) => boolean): number =>
  daemonSets.filter(goesIn).length;

describe.skipIf(!isThere)(
  'every real DaemonSet as ephemeral containers (needs ../shared/corpus)',
  () => {
    const daemonSets = isThere ? daemonSetsOf() : [];
    const pods = isThere ? podsOf() : [];
    const plain = aPod({ metadata: { name: 'web', namespace: 'default' } });
    const isInjected = (one: { readonly decision: string }) => one.decision === 'inject';

    it('keeps the laws in pods that run, and in those that were admitted with isolation', () => {
      const named = daemonSets.map((one, i) => ({
        ...one,
        metadata: { ...one.metadata, name: `${one.metadata?.name ?? ''}-${i}` },
      }));
      const world = worldOf([superNode(), ...named]);
      for (const request of pods.filter((_, i) => i % EACH === 0)) {
        expectLawfulLate(bound(request.pod, 'super'), world, later);
        const { injected } = expectLaws(request, world, isolated);
        expectLawfulLate(bound(injected, 'super'), world, isolated);
        // A pod that was admitted with sidecars, before one more DaemonSet was there.
        const fewer = worldOf([superNode(), ...named.filter((_, i) => i % 2 === 0)]);
        const { injected: half } = expectLaws(request, fewer, later);
        expectLawfulLate(bound(half, 'super'), world, later);
      }
    });

    it('goes into as many pods as README.md says', () => {
      const sidecar = countOf(daemonSets, (one) => {
        const world = worldOf([superNode(), one]);
        const { outcome } = expectLaws({ pod: plain, namespace: 'default' }, world, later);
        return outcome.daemonSets.some(isInjected);
      });
      const late = countOf(daemonSets, (one) => {
        const world = worldOf([superNode(), one]);
        return expectLawfulLate(bound(plain, 'super'), world, later).verdicts.some(isInjected);
      });
      const isolation = countOf(daemonSets, (one) => {
        const world = worldOf([superNode(), one]);
        const { injected } = expectLaws({ pod: plain, namespace: 'default' }, world, isolated);
        return expectLawfulLate(bound(injected, 'super'), world, isolated).verdicts.some(
          isInjected,
        );
      });
      const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
      const said =
        /Of (\d+) DaemonSets of .*?, (\d+) can be .*? as sidecars, (\d+) as ephemeral .*?, and (\d+) into a pod that runs/s;
      const figures = said.exec(readme)?.slice(1).map(Number);
      expect(figures).toEqual([daemonSets.length, sidecar, isolation, late]);
    });
  },
);
