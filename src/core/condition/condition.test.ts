import { describe, expect, it } from 'vitest';
import {
  aContainer,
  aDaemonSet,
  PREFIX,
  settings,
  superNode,
  worldOf,
} from '../../../test/support/builders.js';
import { anInjectedPod, aRevision, isReady, running, waits } from '../../../test/support/status.js';
import { factsOf } from '../facts/facts.js';
import { INJECTED_READY } from '../model/annotations.js';
import type { KubernetesObject, Pod } from '../model/types.js';
import { observed } from '../status/observed.js';
import { believedIn } from './believed.js';
import { conditionFor, type WholeCondition } from './condition.js';

const NOW = Date.parse('2026-06-01T12:00:00.900Z');
const agent = aDaemonSet({
  spec: {
    template: {
      spec: { containers: [aContainer({ name: 'agent' }), aContainer({ name: 'side' })] },
    },
  },
});
const cluster = [superNode(), agent, aRevision(agent, 'one')];
const web = anInjectedPod('web', cluster);

function conditionOf(
  pod: Pod,
  objects: readonly KubernetesObject[] = cluster,
  now = NOW,
): WholeCondition | undefined {
  const { daemonSets } = factsOf(worldOf(objects), settings());
  const seen = observed(pod);
  return conditionFor(seen, believedIn(seen, daemonSets), now);
}

const ended = (name: string, exitCode: number): object => ({
  name,
  ready: false,
  state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } },
});

/** A pod as it is once the condition was written. */
const written = (pod: Pod, condition: WholeCondition | undefined): Pod => {
  const status = pod['status'] as object;
  return { ...pod, status: { ...status, conditions: [condition ?? {}] } };
};

describe('the condition', () => {
  it.each<[string, readonly object[], Partial<WholeCondition>]>([
    [
      'is True where all are ready',
      [isReady('agent'), isReady('side')],
      { status: 'True', reason: 'Ready', message: '2 of 2 injected containers are ready' },
    ],
    [
      'is Unknown where nobody has said anything',
      [isReady('app')],
      { status: 'Unknown', reason: 'NotReported' },
    ],
    [
      'is False while one starts',
      [isReady('agent'), waits('side', 'ContainerCreating')],
      { status: 'False', reason: 'Starting', message: 'not ready yet: side (monitoring/agent)' },
    ],
    [
      'names the container that is in trouble',
      [isReady('agent'), waits('side', 'CrashLoopBackOff')],
      {
        status: 'False',
        reason: 'CrashLoopBackOff',
        message: 'side (monitoring/agent): CrashLoopBackOff',
      },
    ],
    [
      'names the worst first',
      [ended('agent', 137), waits('side', 'ImagePullBackOff')],
      {
        status: 'False',
        reason: 'ImagePullBackOff',
        message:
          'side (monitoring/agent): ImagePullBackOff; not ready either: agent (monitoring/agent)',
      },
    ],
    [
      'tells the exit code',
      [ended('agent', 137), isReady('side')],
      {
        status: 'False',
        reason: 'Error',
        message: 'agent (monitoring/agent): Error, exit code 137',
      },
    ],
    [
      'passes nothing on as a reason that is none',
      [waits('agent', 'no reason\n'), isReady('side')],
      { status: 'False', reason: 'NotReady' },
    ],
  ])('%s', (_, statuses, expected) => {
    expect(conditionOf(running(web, 'super', statuses))).toEqual({
      type: INJECTED_READY,
      lastTransitionTime: '2026-06-01T12:00:00Z',
      reason: expect.any(String) as string,
      message: expect.any(String) as string,
      ...expected,
    });
  });

  it.each([
    ['Succeeded', 'PodCompleted'],
    ['Failed', 'PodFailed'],
  ])('says of a pod that is %s that it has ended', (phase, reason) => {
    const pod = { ...running(web), status: { phase } };
    expect(conditionOf(pod)).toMatchObject({ status: 'False', reason });
  });

  it('is not there where nothing was injected', () => {
    const pod = { ...web, metadata: { ...web.metadata, annotations: {} } };
    expect(conditionOf(running(pod))).toBeUndefined();
  });
});

describe('the condition is written', () => {
  const crashing = running(web, 'super', [isReady('agent'), waits('side', 'CrashLoopBackOff')]);

  it.each<[string, Pod]>([
    ['ready', running(web, 'super', [isReady('agent'), isReady('side')])],
    ['in trouble', crashing],
  ])('once for a pod that is %s', (_, pod) => {
    expect(conditionOf(written(pod, conditionOf(pod)), cluster, NOW + 60_000)).toBeUndefined();
  });

  it('once however often the kubelet changes its message', () => {
    const before = conditionOf(crashing);
    const status = crashing['status'] as { containerStatuses: object[] };
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' };
    const again = { name: 'side', ready: false, restartCount: 9, state: { waiting } };
    const pod = {
      ...crashing,
      status: { ...status, containerStatuses: [isReady('agent'), again] },
    };
    expect(conditionOf(written(pod, before))).toBeUndefined();
  });

  it('with the time of the change of its status, and of nothing else', () => {
    const first = conditionOf(crashing);
    const pulled = running(web, 'super', [isReady('agent'), waits('side', 'ImagePullBackOff')]);
    expect(conditionOf(written(pulled, first), cluster, NOW + 60_000)).toMatchObject({
      reason: 'ImagePullBackOff',
      lastTransitionTime: '2026-06-01T12:00:00Z',
    });
    const well = running(web, 'super', [isReady('agent'), isReady('side')]);
    expect(conditionOf(written(well, first), cluster, NOW + 60_000)).toMatchObject({
      status: 'True',
      lastTransitionTime: '2026-06-01T12:01:00Z',
    });
  });
});

describe('what is believed of a record', () => {
  const well = running(web, 'super', [isReady('agent'), isReady('side')]);
  const unmarked = aDaemonSet({
    spec: { template: { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } } } },
  });

  it.each<[string, readonly KubernetesObject[]]>([
    ['gone', [superNode()]],
    ['not marked any more', [superNode(), unmarked]],
  ])('is an orphan where its DaemonSet is %s', (_, objects) => {
    expect(conditionOf(well, objects)).toMatchObject({
      status: 'True',
      reason: 'Orphaned',
      message: '2 of 2 injected containers are ready; orphaned: monitoring/agent',
    });
  });

  it('is nothing that no revision has', () => {
    const containers = (well.spec?.containers ?? []).map((one) =>
      one.name === 'app' ? one : { ...one, image: 'evil.example.org/shell' },
    );
    const forged = { ...well, spec: { ...well.spec, containers } };
    expect(conditionOf(forged)).toBeUndefined();
    // What was said before, while it was believed, does not stay.
    expect(conditionOf(written(forged, conditionOf(well)))).toMatchObject({
      status: 'Unknown',
      reason: 'RecordNotBelieved',
    });
  });
});
