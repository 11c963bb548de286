import { describe, expect, it } from 'vitest';
import { aContainer, settings, superNode, worldOf } from '../../../test/support/builders.js';
import {
  agentIs,
  anInjected,
  aPlaceholder,
  aRevision,
  recordAt,
  running,
  theDaemonSet,
  waiting,
} from '../../../test/support/lifecycle.js';
import { merge } from '../../../test/support/merge.js';
import { factsOf } from '../facts/facts.js';
import type { DaemonSet, KubernetesObject, Pod } from '../model/types.js';
import type { Rules } from './judge.js';
import { conditionIn, observed, prunedInjected } from './observed.js';
import { placeholderOf, prunedPlaceholder } from './placeholder.js';
import { project, statusPatch, type Projection } from './project.js';
import { revisionsOf } from './revisions.js';
import { decodeSummary, encodeSummary } from './summary.js';

const NOW = Date.parse('2026-01-01T02:00:00.400Z');
const JUST = '2026-01-01T01:59:30Z';
const rules: Rules = { progressDeadline: 120_000, unreadyTolerance: 10, updatesInPlace: true };

const imaged = (image: string, more: object = {}): DaemonSet =>
  theDaemonSet({
    spec: { template: { spec: { containers: [aContainer({ name: 'agent', image, ...more })] } } },
  });
const restarted = theDaemonSet({
  spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } },
});

interface Given {
  readonly placeholder?: Pod;
  readonly pods?: readonly Pod[];
  readonly node?: 'ready' | 'unready' | 'gone';
  readonly now?: number;
  readonly rules?: Partial<Rules>;
  readonly revisions?: Readonly<Record<string, DaemonSet>>;
  readonly resources?: 'zero' | 'keep';
}

function see({ pods = [], node = 'ready', now = NOW, ...given }: Given): Projection {
  const revisions = given.revisions ?? { r1: theDaemonSet() };
  const latest = Object.values(revisions).at(-1) ?? theDaemonSet();
  const objects: KubernetesObject[] = Object.entries(revisions).map(([hash, one]) =>
    aRevision(hash, one),
  );
  const { daemonSets } = factsOf(worldOf([superNode(), latest, ...objects]), settings());
  const placeholder = placeholderOf(prunedPlaceholder(given.placeholder ?? aPlaceholder()));
  return project({
    placeholder,
    node: node === 'gone' ? undefined : { name: 'super', isReady: node === 'ready' },
    pods: pods.map((pod) => observed(prunedInjected(pod))),
    revisions: revisionsOf(placeholder, daemonSets, { resources: given.resources ?? 'zero' }),
    rules: { ...rules, ...given.rules },
    blockedSince: () => undefined,
    now,
  });
}

const readinessOf = ({ status }: Projection): string =>
  ['ContainersReady', 'Ready']
    .map((type) => conditionIn(status.conditions, type)?.status ?? '')
    .join();
const READY = 'True,True';
const UNREADY = 'False,False';
const many = (count: number, make: (name: string) => Pod): readonly Pod[] =>
  Array.from({ length: count }, (_, n) => make(`pod-${String(n).padStart(3, '0')}`));
const crashing = (name: string, more: object = {}): Pod =>
  anInjected(name, agentIs(waiting('agent', 'CrashLoopBackOff', { restartCount: 3 })), more);
const wants = (revision: string, createdAt = '2026-01-01T01:30:00Z'): Pod =>
  aPlaceholder('agent-new', {
    metadata: { labels: { 'controller-revision-hash': revision }, creationTimestamp: createdAt },
  });

describe('whether a placeholder is ready', () => {
  it.each<[string, Given, string]>([
    ['without any pods', {}, READY],
    ['with a pod that is', { pods: [anInjected('a')] }, READY],
    ['not with one whose container is not', { pods: [crashing('a')] }, UNREADY],
    ['not while its node is not', { pods: [anInjected('a')], node: 'unready' }, 'True,False'],
    ['not when its node is gone', { node: 'gone' }, 'True,False'],
    [
      'whatever the business does',
      {
        pods: [
          anInjected('a', {
            status: { containerStatuses: [waiting('app', 'CrashLoopBackOff'), running('agent')] },
          }),
        ],
      },
      READY,
    ],
    [
      'whatever becomes of pods that are on their way out',
      {
        pods: [
          crashing('a', { metadata: { deletionTimestamp: JUST } }),
          crashing('b', { status: { phase: 'Failed' } }),
          crashing('c', { status: { phase: 'Succeeded' } }),
        ],
      },
      READY,
    ],
    [
      'while a container is being pulled for the first time',
      {
        pods: [
          anInjected('a', agentIs(waiting('agent', 'ErrImagePull')), {
            status: { startTime: JUST },
          }),
        ],
      },
      READY,
    ],
    [
      'not when it was pulled for longer than the deadline',
      { pods: [anInjected('a', agentIs(waiting('agent', 'ErrImagePull')))] },
      UNREADY,
    ],
    [
      'not when a container ran within the deadline and is not ready',
      { pods: [crashing('a', { status: { startTime: JUST } })] },
      UNREADY,
    ],
    [
      'while no kubelet has taken the pod',
      {
        pods: [anInjected('a', { status: { startTime: undefined, containerStatuses: undefined } })],
      },
      READY,
    ],
    ['with one in ten that fails', { pods: [crashing('x'), ...many(9, anInjected)] }, READY],
    [
      'not with one in nine that fails, since whole pods count',
      { pods: [crashing('x'), ...many(8, anInjected)] },
      UNREADY,
    ],
    [
      'not with two in nineteen that fail',
      { pods: [crashing('x'), crashing('y'), ...many(17, anInjected)] },
      UNREADY,
    ],
    [
      'not with none that is, whatever is tolerated',
      { pods: many(3, crashing), rules: { unreadyTolerance: 100 } },
      UNREADY,
    ],
    [
      'with one that is, if all is tolerated',
      { pods: [crashing('x'), anInjected('a')], rules: { unreadyTolerance: 100 } },
      READY,
    ],
    [
      'with pods that were unready before the revision came',
      {
        placeholder: wants('r1'),
        pods: [
          crashing('a', {
            status: {
              conditions: [
                {
                  type: 'ContainersReady',
                  status: 'False',
                  lastTransitionTime: '2026-01-01T01:29:59Z',
                },
              ],
            },
          }),
        ],
      },
      READY,
    ],
    [
      'not with pods that have become unready since',
      {
        placeholder: wants('r1'),
        pods: [
          crashing('a', {
            status: {
              conditions: [
                {
                  type: 'ContainersReady',
                  status: 'False',
                  lastTransitionTime: '2026-01-01T01:29:59Z',
                },
                {
                  type: 'ds-injector.io/InjectedContainersReady',
                  status: 'False',
                  lastTransitionTime: '2026-01-01T01:30:01Z',
                },
              ],
            },
          }),
        ],
      },
      UNREADY,
    ],
    [
      'not while a pod lacks the image of its revision',
      {
        placeholder: wants('r2'),
        pods: [anInjected('a')],
        revisions: { r1: theDaemonSet(), r2: imaged('example.org/agent:2') },
      },
      UNREADY,
    ],
    [
      'when nobody changes images in running pods, so that these are outdated',
      {
        placeholder: wants('r2'),
        pods: [anInjected('a')],
        revisions: { r1: theDaemonSet(), r2: imaged('example.org/agent:2') },
        rules: { updatesInPlace: false },
      },
      READY,
    ],
    [
      'with pods that cannot be changed to its revision, even unready ones',
      {
        placeholder: wants('r2'),
        pods: [anInjected('a'), crashing('b')],
        revisions: { r1: theDaemonSet(), r2: imaged('example.org/agent:2', { args: ['x'] }) },
      },
      READY,
    ],
    [
      'when its revision injects the same, as after a restart',
      {
        placeholder: wants('r2'),
        pods: [anInjected('a')],
        revisions: { r1: theDaemonSet(), r2: restarted },
      },
      READY,
    ],
    [
      'when the image is there, whatever the record says',
      {
        placeholder: wants('r2'),
        pods: [
          anInjected('a', {
            spec: {
              containers: [
                aContainer(),
                aContainer({ name: 'agent', image: 'example.org/agent:2' }),
              ],
            },
          }),
        ],
        revisions: { r1: theDaemonSet(), r2: imaged('example.org/agent:2') },
      },
      READY,
    ],
    [
      'whatever a record claims of a container that is not there',
      {
        pods: [
          crashing('a', { spec: { containers: [aContainer()] } }),
          crashing('b', {
            spec: { containers: [aContainer({ name: 'agent', image: 'example.org/other:1' })] },
          }),
          crashing('c', {
            metadata: { annotations: { 'ds-injector.io/record': recordAt('r1', 'other') } },
          }),
        ],
      },
      READY,
    ],
  ])('%s', (_, given, readiness) => {
    expect(readinessOf(see(given))).toBe(readiness);
  });

  it('changes by the passing of time alone when a deadline is over, and says when', () => {
    const pods = [
      anInjected('a', agentIs(waiting('agent', 'ErrImagePull')), { status: { startTime: JUST } }),
    ];
    const early = see({ pods });
    expect(early.lookAgain).toBe(89_600);
    const late = see({ pods, now: NOW + 89_600 });
    expect([readinessOf(early), readinessOf(late), late.lookAgain]).toEqual([
      READY,
      UNREADY,
      undefined,
    ]);
  });

  it('depends on resources only where they are kept', () => {
    const more = imaged('example.org/agent:1', { resources: { requests: { cpu: '1' } } });
    const given: Given = {
      placeholder: wants('r2'),
      pods: [anInjected('a')],
      revisions: { r1: theDaemonSet(), r2: more },
    };
    expect(see({ ...given, resources: 'zero' }).summary.outdated).toBe(0);
    expect(see({ ...given, resources: 'keep' }).summary.outdated).toBe(1);
  });
});

describe('what a placeholder says', () => {
  it('is what a pod says that runs, but no address', () => {
    const { status } = see({
      pods: [anInjected('a', agentIs(running('agent', { restartCount: 2 })))],
    });
    expect(status).toEqual({
      phase: 'Running',
      startTime: '2026-01-01T02:00:00Z',
      conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: '2026-01-01T02:00:00Z',
      })),
      containerStatuses: [
        {
          name: 'agent',
          image: 'example.org/agent:1',
          ready: true,
          started: true,
          restartCount: 2,
          state: { running: { startedAt: '2026-01-01T02:00:00Z' } },
        },
      ],
      initContainerStatuses: [],
    });
  });

  it('is the worst state that keeps it from being ready, and whose it is', () => {
    const pods = [
      anInjected('c', agentIs(waiting('agent', 'ImagePullBackOff', { message: 'no such image' }))),
      anInjected('b', agentIs(waiting('agent', 'ImagePullBackOff', { message: 'no such image' }))),
      anInjected('a', agentIs(running('agent', { ready: false, restartCount: 7 }))),
    ];
    const { status, summary } = see({ pods });
    expect(status.containerStatuses).toMatchObject([
      {
        ready: false,
        restartCount: 7,
        state: { waiting: { reason: 'ImagePullBackOff', message: 'pod shop/b: no such image' } },
      },
    ]);
    expect(conditionIn(status.conditions, 'Ready')).toMatchObject({
      reason: 'ContainersNotReady',
      message: 'pod shop/b, container agent: ImagePullBackOff: no such image',
    });
    expect(summary).toEqual({
      wanted: 'r1',
      injected: 3,
      ready: 0,
      outdated: 0,
      failing: 3,
      trouble: {
        reason: 'ImagePullBackOff',
        message: 'no such image',
        pod: 'shop/b',
        container: 'agent',
      },
      logs: 'kubectl logs -n shop b -c agent',
    });
  });

  it('is that all is well where what fails is tolerated, which the summary tells', () => {
    const { status, summary } = see({ pods: [crashing('x'), ...many(10, anInjected)] });
    expect(status.containerStatuses).toMatchObject([{ ready: true, state: { running: {} } }]);
    expect(summary).toMatchObject({ injected: 11, ready: 10, failing: 1 });
    expect(summary.trouble?.pod).toBe('shop/x');
  });

  it('is how a container ended, and how it did before', () => {
    const ended = { exitCode: 3, reason: 'Error', finishedAt: '2026-01-01T01:10:00Z' };
    const status = { name: 'agent', ready: false, restartCount: 1, state: { terminated: ended } };
    const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    const seen = see({ pods: [anInjected('a', agentIs({ ...status, lastState }))] });
    expect(seen.status.containerStatuses).toMatchObject([
      {
        state: { terminated: { exitCode: 3, reason: 'Error', message: 'pod shop/a: exit code 3' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
    ]);
  });

  it('tells containers apart, and those that ran to their end from those that go on', () => {
    const init = [
      aContainer({ name: 'setup', image: 'example.org/setup:1' }),
      aContainer({ name: 'side', image: 'example.org/side:1', restartPolicy: 'Always' }),
    ];
    const { status } = see({ placeholder: aPlaceholder('p', { spec: { initContainers: init } }) });
    expect(status.initContainerStatuses).toMatchObject([
      { name: 'setup', ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
      { name: 'side', ready: true, started: true, state: { running: {} } },
    ]);
  });

  it('names the log of the pod that is there longest while all is well', () => {
    const young = anInjected('a', { status: { startTime: '2026-01-01T01:30:00Z' } });
    expect(see({ pods: [young, anInjected('b')] }).summary.logs).toBe(
      'kubectl logs -n shop b -c agent',
    );
    expect(see({}).summary.logs).toBeUndefined();
  });
});

describe('the patch of a placeholder', () => {
  const told = (pod: Pod, patch: object | undefined): Pod => merge<Pod>(pod, patch ?? {});
  const patchOf = (given: Given): object | undefined =>
    statusPatch(placeholderOf(prunedPlaceholder(given.placeholder ?? aPlaceholder())), see(given));

  it.each<[string, Given]>([
    ['no pods', {}],
    ['a ready pod', { pods: [anInjected('a')] }],
    ['one in trouble', { pods: [crashing('a')], node: 'unready' }],
    [
      'an init container',
      { placeholder: aPlaceholder('p', { spec: { initContainers: [aContainer()] } }) },
    ],
  ])('is nothing where it was written, with %s', (_, given) => {
    const placeholder = told(given.placeholder ?? aPlaceholder(), patchOf(given));
    expect(patchOf({ ...given, placeholder, now: NOW + 60_000 })).toBeUndefined();
  });

  it('is nothing where the API server wrote out what is empty', () => {
    const given: Given = { pods: [crashing('a')] };
    const placeholder = told(aPlaceholder(), patchOf(given));
    const { containerStatuses = [], conditions } = observedStatus(placeholder);
    const filled = told(placeholder, {
      status: {
        qosClass: 'BestEffort',
        conditions: conditions?.map((one) => ({
          ...one,
          lastProbeTime: null,
          observedGeneration: 1,
        })),
        containerStatuses: containerStatuses?.map((one) => ({
          ...one,
          imageID: '',
          lastState: {},
        })),
      },
    });
    expect(patchOf({ ...given, placeholder: filled })).toBeUndefined();
  });

  it('moves the time of a condition only when that is another one', () => {
    const first = told(aPlaceholder(), patchOf({ pods: [anInjected('a')] }));
    const next = told(
      first,
      patchOf({ placeholder: first, pods: [crashing('a')], now: NOW + 5_000 }),
    );
    const { conditions } = observedStatus(next);
    expect(conditionIn(conditions, 'Initialized')?.lastTransitionTime).toBe('2026-01-01T02:00:00Z');
    expect(conditionIn(conditions, 'Ready')?.lastTransitionTime).toBe('2026-01-01T02:00:05Z');
  });

  it("keeps others' conditions, and is held to the version that was seen", () => {
    const theirs = { type: 'example.org/theirs', status: 'True', reason: 'x' };
    const placeholder = aPlaceholder('p', {
      metadata: { resourceVersion: '7' },
      status: { conditions: [theirs] },
    });
    const patch = patchOf({ placeholder }) as Pod;
    expect(observedStatus(patch).conditions).toContainEqual(theirs);
    expect(patch.metadata?.['resourceVersion']).toBe('7');
    expect(JSON.stringify(patch)).not.toMatch(/podIP|hostIP/);
  });
});

describe('a summary', () => {
  it('can be read again, and what is none cannot', () => {
    const { summary } = see({ pods: [crashing('a')] });
    expect(decodeSummary(encodeSummary(summary))).toEqual(summary);
    for (const text of ['', '{}', '[]', '{"wanted":1}', 'null']) {
      expect(decodeSummary(text)).toBeUndefined();
    }
  });
});

const observedStatus = (pod: Pod) => placeholderOf(pod).status;
