import { describe, expect, it } from 'vitest';
import { aContainer, aPod, settings, superNode, worldOf } from '../../../test/support/builders.js';
import { aPlaceholder, aRevision, theDaemonSet, UID } from '../../../test/support/lifecycle.js';
import { believedIn } from '../condition/believed.js';
import { conditionFor } from '../condition/condition.js';
import { containerEvents } from '../events/container.js';
import { factsOf } from '../facts/facts.js';
import type { DaemonSet, Pod } from '../model/types.js';
import { encodeRecord, type RecordedContainer } from '../record/record.js';
import { findingsOf, untilProof } from '../update/proof.js';
import { candidateOf, type Candidate } from '../update/stage.js';
import { judge } from './judge.js';
import { observed, prunedInjected, type ContainerStatus, type ObservedPod } from './observed.js';
import { placeholderOf } from './placeholder.js';
import { revisionsOf } from './revisions.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const DEADLINE = 120_000;
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

const withInit = (image = 'example.org/agent:1'): DaemonSet =>
  theDaemonSet({
    spec: {
      template: {
        spec: {
          initContainers: [aContainer({ name: 'init' })],
          containers: [aContainer({ name: 'agent', image })],
        },
      },
    },
  });
const plain = theDaemonSet();

const agent: RecordedContainer = {
  ...{ container: 'agent', injectedAs: 'agent', placement: 'ephemeral' },
};
const init: RecordedContainer = { ...agent, container: 'init', injectedAs: 'init', init: true };

interface Given {
  readonly containers?: readonly RecordedContainer[];
  readonly there?: readonly string[];
  readonly statuses?: readonly Partial<ContainerStatus>[];
  readonly since?: string;
}

/** A pod that runs for a day, with ephemeral containers that were added to it. */
function aLate({
  containers = [agent],
  there,
  statuses = [],
  since = ago(60),
}: Given): ObservedPod {
  const named = { namespace: 'monitoring', name: 'agent', uid: UID, revision: 'r1' };
  const record = encodeRecord({
    version: 1,
    daemonSets: [{ ...named, containers, since }],
    volumes: [],
  });
  const images: Readonly<Record<string, string>> = { agent: 'agent:1', init: 'app:1' };
  const pod: Pod = aPod(
    {
      metadata: {
        ...{ name: 'web', namespace: 'shop', uid: 'u' },
        annotations: { 'ds-injector.io/record': record },
      },
      spec: {
        nodeName: 'super',
        ephemeralContainers: (there ?? containers.map(({ injectedAs }) => injectedAs)).map(
          (name) => ({ name, image: `example.org/${images[name.replace(/-\d$/, '')] ?? ''}` }),
        ),
      },
    },
    {
      status: {
        phase: 'Running',
        startTime: ago(86_400),
        ephemeralContainerStatuses: statuses,
        containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }],
      },
    },
  );
  return observed(prunedInjected(pod));
}

const runs = (name: string, startedAt = ago(40)): Partial<ContainerStatus> => ({
  ...{ name, ready: false, restartCount: 0, state: { running: { startedAt } } },
});
const ended = (name: string, exitCode: number): Partial<ContainerStatus> => ({
  ...{ name, ready: false, restartCount: 0, state: { terminated: { exitCode } } },
});

const indexOf = (daemonSet: DaemonSet) =>
  factsOf(worldOf([superNode(), daemonSet, aRevision('r1', daemonSet)]), settings()).daemonSets;

const revisionsFor = (daemonSet = plain) =>
  revisionsOf(placeholderOf(aPlaceholder()), indexOf(daemonSet), { resources: 'zero' });

function judged(pod: ObservedPod, daemonSet = plain) {
  const rules = { progressDeadline: DEADLINE, unreadyTolerance: 10, updatesInPlace: true };
  const blockedSince = (): undefined => undefined;
  const revisions = revisionsFor(daemonSet);
  const question = { revisions, rules, since: ago(3600), blockedSince, now: NOW };
  return judge(pod, question);
}

const saidOf = (pod: ObservedPod, daemonSet = plain) =>
  conditionFor(pod, believedIn(pod, indexOf(daemonSet)), NOW);

describe('an ephemeral container', () => {
  it('is ready while it runs, whatever the kubelet says, and its restarts are those of the record', () => {
    const again = { ...agent, injectedAs: 'agent-3', restarts: 2 };
    const pod = aLate({ containers: [again], statuses: [runs('agent-3')] });
    expect(pod.statuses.get('agent-3')).toMatchObject({ ready: true, restartCount: 2 });
    expect(judged(pod)).toMatchObject({ isReady: true, fails: false });
    expect(saidOf(pod)).toMatchObject({ status: 'True', reason: 'Ready' });
  });

  it('is not ready when it has ended, or is being pulled', () => {
    const gone = aLate({ statuses: [ended('agent', 1)] });
    expect(judged(gone)).toMatchObject({ isReady: false, fails: true });
    expect(saidOf(gone)).toMatchObject({ status: 'False', reason: 'Error' });
    const reason = 'ImagePullBackOff';
    const pulled = aLate({ statuses: [{ name: 'agent', state: { waiting: { reason } } }] });
    expect(saidOf(pulled)).toMatchObject({ status: 'False', reason });
  });

  it('has its time from the moment when it was added, not from that of the pod', () => {
    const waiting = [{ name: 'agent', state: { waiting: { reason: 'ContainerCreating' } } }];
    expect(judged(aLate({ statuses: waiting, since: ago(20) }))?.left).toBe(100_000);
    expect(judged(aLate({ statuses: waiting, since: ago(130) }))).toMatchObject({
      ...{ left: 0, fails: true },
    });
  });

  it('is outdated where another image would be in place', () => {
    const newer = theDaemonSet({
      spec: {
        template: {
          spec: { containers: [aContainer({ name: 'agent', image: 'example.org/agent:2' })] },
        },
      },
    });
    const objects = [superNode(), newer, aRevision('r1', plain), aRevision('r2', newer)];
    const { daemonSets } = factsOf(worldOf(objects), settings());
    const wanted = { ...placeholderOf(aPlaceholder()), revision: 'r2' };
    const revisions = revisionsOf(wanted, daemonSets, { resources: 'zero' });
    const pod = aLate({ statuses: [runs('agent')] });
    expect(revisions.lag(pod, revisions.held(pod))).toBe('outdated');
  });

  it('is named in events as what it is', () => {
    const pod = aLate({ statuses: [ended('agent', 3)] });
    const { daemonSets } = believedIn(pod, indexOf(plain));
    const [event] = containerEvents(undefined, pod, daemonSets);
    expect(event?.regarding.fieldPath).toBe('spec.ephemeralContainers{agent}');
  });
});

describe('ephemeral init containers', () => {
  const both = [init, agent];

  it.each<[string, Given, boolean]>([
    ['not while one runs', { there: ['init'], statuses: [runs('init')] }, false],
    [
      'not before what comes after is there',
      { there: ['init'], statuses: [ended('init', 0)] },
      false,
    ],
    ['not where one failed', { there: ['init'], statuses: [ended('init', 1)] }, false],
    ['when all is there', { statuses: [ended('init', 0), runs('agent')] }, true],
  ])('are ready: %s', (_, given, isReady) => {
    const pod = aLate({ containers: both, ...given });
    expect(judged(pod, withInit())?.isReady).toBe(isReady);
    expect(saidOf(pod, withInit())?.status).toBe(isReady ? 'True' : 'False');
  });

  it('that are promised and not there yet say nothing', () => {
    const pod = aLate({ containers: both, there: [] });
    expect(judged(pod, withInit())).toBeUndefined();
    expect(saidOf(pod, withInit())).toBeUndefined();
  });

  it('start without being a trouble', () => {
    const pod = aLate({ containers: both, there: ['init'], statuses: [runs('init')] });
    expect(saidOf(pod, withInit())?.reason).toBe('Starting');
  });
});

describe('a revision', () => {
  const standing = { proven: [], broken: new Map<string, string>() };
  const asked = { deadline: DEADLINE, now: NOW };
  function candidate(given: Given): Candidate[] {
    const question = { wanted: 'r1', revisions: revisionsFor(), progressDeadline: DEADLINE };
    const found = candidateOf(aLate(given), { ...question, now: NOW });
    return found === undefined ? [] : [found];
  }

  it('is proven by an ephemeral container that ran for 30 seconds without end', () => {
    const long = candidate({ statuses: [runs('agent', ago(30))] });
    expect(findingsOf(long, standing, asked)).toEqual([{ revision: 'r1', broken: '' }]);
    const short = candidate({ statuses: [runs('agent', ago(20))] });
    expect(findingsOf(short, standing, asked)).toEqual([]);
    expect(short.map((one) => untilProof(one, NOW))).toEqual([10_000]);
  });

  it('is broken by one that is not ready long after it was added', () => {
    const statuses = [ended('agent', 1)];
    expect(findingsOf(candidate({ statuses, since: ago(60) }), standing, asked)).toEqual([]);
    const late = candidate({ statuses, since: ago(200) });
    expect(findingsOf(late, standing, asked)).toMatchObject([{ revision: 'r1' }]);
    expect(late.map((one) => untilProof(one, NOW))).toEqual([Infinity]);
  });
});
