import { describe, expect, it } from 'vitest';
import { aContainer, settings, superNode, worldOf } from '../../../test/support/builders.js';
import {
  anInjected,
  aPlaceholder,
  aRevision,
  theDaemonSet,
} from '../../../test/support/lifecycle.js';
import { factsOf } from '../facts/facts.js';
import { conditionIn, observed } from './observed.js';
import { placeholderOf } from './placeholder.js';
import { project, type Projection } from './project.js';
import { revisionsOf } from './revisions.js';

const NOW = Date.parse('2026-01-01T02:00:00Z');
const newer = theDaemonSet({
  spec: {
    template: {
      spec: { containers: [aContainer({ name: 'agent', image: 'example.org/agent:2' })] },
    },
  },
});
const world = worldOf([superNode(), newer, aRevision('r1'), aRevision('r2', newer)]);

/** A placeholder of r2, made at a time, over a pod of r1 that a budget holds since another. */
function see(createdAt: string, blockedSince: number | undefined): Projection {
  const { daemonSets } = factsOf(world, settings());
  const metadata = {
    labels: { 'controller-revision-hash': 'r2' },
    creationTimestamp: createdAt,
  };
  const placeholder = placeholderOf(aPlaceholder('agent-new', { metadata }));
  return project({
    placeholder,
    node: { name: 'super', isReady: true },
    pods: [observed(anInjected('a'))],
    revisions: revisionsOf(placeholder, daemonSets, { resources: 'zero' }),
    rules: { progressDeadline: 120_000, unreadyTolerance: 10, updatesInPlace: true },
    blockedSince: () => blockedSince,
    now: NOW,
  });
}

describe('a pod that lacks the revision, and that its budget never lets go', () => {
  it.each<[string, string, number | undefined, number | undefined]>([
    ['counts as long as it may be changed some day', '2026-01-01T01:00:00Z', undefined, undefined],
    ['counts until the deadline of the budget', '2026-01-01T01:00:00Z', NOW - 119_000, 1_000],
    ['counts until the deadline of the revision', '2026-01-01T01:58:30Z', 0, 30_000],
  ])('%s', (_, createdAt, since, lookAgain) => {
    const seen = see(createdAt, since);
    expect(conditionIn(seen.status.conditions, 'Ready')?.status).toBe('False');
    expect([seen.summary.outdated, seen.lookAgain]).toEqual([0, lookAgain]);
  });

  it('is outdated after both, as one that cannot be changed', () => {
    const seen = see('2026-01-01T01:00:00Z', NOW - 120_000);
    expect(conditionIn(seen.status.conditions, 'Ready')?.status).toBe('True');
    expect([seen.summary.outdated, seen.summary.failing, seen.lookAgain]).toEqual([
      1,
      0,
      undefined,
    ]);
  });
});
