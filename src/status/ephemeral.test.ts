import { describe, expect, it } from 'vitest';
import { aDaemonSet, aPod, settings, superNode, worldOf } from '../../test/support/builders.js';
import { aRevision, onSuperNodes, running } from '../../test/support/status.js';
import { inject } from '../core/engine.js';
import { lateFor, type Late } from '../core/late/late.js';
import type { Pod } from '../core/model/types.js';
import { applyPatch } from '../core/patch/apply.js';
import { statusOf } from './status.js';

const agent = aDaemonSet();
const objects = [superNode(), agent, aRevision(agent, 'one')];
const world = worldOf(objects);
const isolated = settings({ addsLater: true, isolation: 'ephemeral' });
const made = aPod(onSuperNodes, { metadata: { namespace: 'default', name: 'web' } });

const lateIn = (pod: Pod, options = settings()): Late =>
  lateFor(pod, { world, settings: options, now: 60_000, lacking: true, restarts: 3 });

const written = (
  pod: Pod,
  { record, containers }: Late,
  statuses: readonly object[] = [],
): Pod => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    annotations: {
      ...pod.metadata?.annotations,
      ...(record === undefined ? {} : { 'ds-injector.io/record': record }),
    },
  },
  spec: {
    ...pod.spec,
    ephemeralContainers: [...(pod.spec?.ephemeralContainers ?? []), ...containers],
  },
  status: { phase: 'Running', ephemeralContainerStatuses: statuses },
});

const reportOf = (pod: Pod, options = settings()) =>
  statusOf({ objects, placeholders: [], pods: [pod] }, { engine: inject, settings: options }, {});

const ended = { name: 'agent', state: { terminated: { exitCode: 1 } } };
const runs = (name: string): object => ({ name, ready: false, state: { running: {} } });

describe('a pod that got ephemeral containers while it ran', () => {
  const pod = running(made);

  it('has them, and they are ready while they run', () => {
    const { daemonSets, problems } = reportOf(written(pod, lateIn(pod), [runs('agent')]));
    expect(problems).toEqual([]);
    expect(daemonSets[0]?.nodes[0]).toMatchObject({
      injected: 1,
      ready: 1,
      missed: 0,
      outdated: 0,
    });
  });

  it('has them also under their next name', () => {
    const first = written(pod, lateIn(pod), [ended]);
    const again = written(first, lateIn(first), [ended, runs('agent-2')]);
    const { daemonSets, problems } = reportOf(again);
    expect(problems).toEqual([]);
    expect(daemonSets[0]?.nodes[0]).toMatchObject({ injected: 1, ready: 1 });
  });
});

describe('a pod that was admitted with isolation', () => {
  const { operations } = inject({ pod: made, namespace: 'default' }, world, isolated);
  const pod = running(applyPatch(made, operations));

  it('bears no forged record while its containers are still to come', () => {
    const { daemonSets, problems } = reportOf(pod, isolated);
    expect(problems).toEqual([]);
    expect(daemonSets[0]?.nodes[0]).toMatchObject({ injected: 1, ready: 0, missed: 0 });
  });

  it('has them when they have come', () => {
    const { daemonSets, problems } = reportOf(
      written(pod, lateIn(pod, isolated), [runs('agent')]),
      isolated,
    );
    expect(problems).toEqual([]);
    expect(daemonSets[0]?.nodes[0]).toMatchObject({ injected: 1, ready: 1 });
  });
});
