import { describe, expect, it } from 'vitest';
import { aDaemonSet, superNode } from '../../../test/support/builders.js';
import { anInjectedPod, aRevision, isReady, running, waits } from '../../../test/support/status.js';
import { observed, type ObservedPod } from '../status/observed.js';
import { containerEvents } from './container.js';
import { daemonSetRef, skipEvent, troubleEvents } from './daemon-set.js';
import { fittingNote, type EventDraft } from './draft.js';
import { eventObject } from './object.js';
import { EventSeries, type Sighting } from './series.js';

const agent = aDaemonSet({ metadata: { uid: 'u' } });
const cluster = [superNode(), agent, aRevision(agent, 'one')];
const web = anInjectedPod('web', cluster);
const pod = (...statuses: readonly object[]): ObservedPod =>
  observed(running(web, 'super', statuses));
const title = 'container agent of DaemonSet monitoring/agent';

const ends = (exitCode: number, finishedAt: string): object => ({
  name: 'agent',
  restartCount: 1,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode, finishedAt, reason: 'OOMKilled' } },
});
const restarted = (startedAt: string, finishedAt: string): object => ({
  name: 'agent',
  ready: true,
  restartCount: 2,
  state: { running: { startedAt } },
  lastState: { terminated: { exitCode: 137, finishedAt } },
});

describe('events of containers', () => {
  it.each<[string, ObservedPod | undefined, ObservedPod, readonly string[]]>([
    ['nothing where nothing is said', undefined, pod(), []],
    ['nothing of containers of the business', undefined, pod(isReady('app')), []],
    ['nothing while it is created', pod(), pod(waits('agent', 'ContainerCreating')), []],
    ['nothing where all is as before', pod(isReady('agent')), pod(isReady('agent')), []],
    [
      'image and start',
      pod(waits('agent', 'ContainerCreating')),
      pod(isReady('agent')),
      [
        `Normal Pulled image example.org/agent:1 is there for ${title}`,
        `Normal Started ${title} started`,
      ],
    ],
    [
      'a failed pull',
      pod(waits('agent', 'ContainerCreating')),
      pod(waits('agent', 'ErrImagePull')),
      [`Warning Failed ${title}: ErrImagePull, image example.org/agent:1`],
    ],
    [
      'the wait for another pull',
      pod(waits('agent', 'ErrImagePull')),
      pod(waits('agent', 'ImagePullBackOff')),
      [`Warning BackOff ${title}: ImagePullBackOff, image example.org/agent:1`],
    ],
    [
      'a container that cannot be made',
      pod(),
      pod(waits('agent', 'CreateContainerConfigError')),
      [`Warning Failed ${title}: CreateContainerConfigError`],
    ],
    [
      'an end, and the wait after it',
      pod(isReady('agent')),
      pod(ends(137, '2026-06-01T12:00:00Z')),
      [
        `Warning Exited ${title} ended with exit code 137 (OOMKilled)`,
        `Warning BackOff ${title}: CrashLoopBackOff`,
      ],
    ],
    ['nothing of an end that was told', pod(ends(137, 'a')), pod(ends(137, 'a')), []],
    [
      'an end and a start between two looks',
      pod(restarted('b', 'a')),
      pod(restarted('d', 'c')),
      [`Warning Exited ${title} ended with exit code 137`, `Normal Started ${title} started`],
    ],
    [
      'nothing of an end that is well',
      pod(isReady('agent')),
      pod({ name: 'agent', state: { terminated: { exitCode: 0, finishedAt: 'a' } } }),
      [],
    ],
  ])('are %s', (_, before, after, expected) => {
    const drafts = containerEvents(before, after, after.record?.daemonSets ?? []);
    expect(drafts.map(({ type, reason, note }) => `${type} ${reason} ${note}`)).toEqual(expected);
    for (const { regarding } of drafts) {
      expect(regarding).toMatchObject({
        kind: 'Pod',
        name: 'web',
        fieldPath: 'spec.containers{agent}',
      });
    }
  });
});

describe('events of DaemonSets', () => {
  const ref = daemonSetRef(agent);
  const trouble = (name: string, node: string, reason: string) => ({
    ...{ daemonSet: 'monitoring/agent', container: 'agent' },
    ...{ pod: `default/${name}`, node, reason },
  });

  it('are one for each reason, with how many pods have it and one of them', () => {
    const drafts = troubleEvents(ref, [
      trouble('c', 's1', 'CrashLoopBackOff'),
      trouble('b', 's2', 'ErrImagePull'),
      trouble('a', 's1', 'CrashLoopBackOff'),
      trouble('d', 's2', 'CrashLoopBackOff'),
    ]);
    expect(drafts.map(({ note }) => note)).toEqual([
      'CrashLoopBackOff in 3 pods on 2 virtual nodes, as in pod default/a on s1, container agent',
      'ErrImagePull in 1 pod on 1 virtual node, as in pod default/b on s2, container agent',
    ]);
    expect(drafts[0]?.regarding).toEqual({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      namespace: 'monitoring',
      name: 'agent',
      uid: 'u',
    });
  });

  it('sum up skipped pods', () => {
    const draft = skipEvent(ref, { host_network: 2, port_taken: 7, kube_system: 0 });
    expect(draft).toMatchObject({
      type: 'Normal',
      note: 'not in 9 pods on virtual nodes: 7 port_taken, 2 host_network',
    });
    expect(skipEvent(ref, {})).toBeUndefined();
  });
});

describe('a series', () => {
  const MINUTE = 60_000;
  const draft = (note: string, name = 'web'): EventDraft => ({
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name },
    ...{ type: 'Warning', reason: 'Exited', action: 'Running', note },
  });
  const kindOf = (write: ReturnType<EventSeries['see']>): unknown =>
    typeof write === 'object' ? [write.kind, write.sighting.count] : write;

  it('is one event, told at the second sighting and in the end', () => {
    const series = new EventSeries();
    const seen = [0, 1, 2, 3].map((minute) => kindOf(series.see(draft('x'), minute * MINUTE)));
    expect(seen).toEqual([['create', 1], ['update', 2], undefined, undefined]);
    expect(series.due(8 * MINUTE)).toEqual([]);
    expect(series.due(9 * MINUTE)).toMatchObject([
      { kind: 'update', id: 1, sighting: { count: 4, first: 0, last: 3 * MINUTE } },
    ]);
    expect(series.due(10 * MINUTE)).toEqual([]);
  });

  it('begins anew after six minutes without another', () => {
    const series = new EventSeries();
    series.see(draft('x'), 0);
    expect(kindOf(series.see(draft('x'), 6 * MINUTE))).toEqual(['create', 1]);
    expect(series.due(12 * MINUTE)).toEqual([]);
  });

  it('that goes on is told every half an hour', () => {
    const series = new EventSeries();
    const writes: unknown[] = [];
    for (let minute = 0; minute <= 65; minute += 1) {
      const write = series.see(draft('x'), minute * MINUTE);
      if (write !== undefined) writes.push([minute, kindOf(write)]);
      for (const due of series.due(minute * MINUTE)) writes.push([minute, kindOf(due)]);
    }
    expect(writes).toEqual([
      [0, ['create', 1]],
      [1, ['update', 2]],
      [31, ['update', 32]],
      [61, ['update', 62]],
    ]);
  });

  it('is another for another note, and for another object', () => {
    const series = new EventSeries();
    const all = [draft('x'), draft('y'), draft('x', 'other')];
    expect(all.map((one) => kindOf(series.see(one, 0)))).toEqual(all.map(() => ['create', 1]));
  });

  it('is dropped after 25 about one object, one more every five minutes, and others are not', () => {
    const series = new EventSeries();
    const burst = Array.from({ length: 27 }, (_, i) => kindOf(series.see(draft(`n${i}`), 0)));
    expect(burst.filter((one) => one === 'dropped')).toHaveLength(2);
    expect(kindOf(series.see(draft('z', 'other'), 0))).toEqual(['create', 1]);
    expect(series.see(draft('later'), 4 * MINUTE)).toBe('dropped');
    expect(kindOf(series.see(draft('later'), 6 * MINUTE))).toEqual(['create', 1]);
    expect(series.see(draft('more'), 6 * MINUTE)).toBe('dropped');
  });

  it('forgets the oldest of many', () => {
    const series = new EventSeries();
    series.see(draft('x', 'first'), 0);
    for (let i = 0; i < 5000; i += 1) series.see(draft('x', `pod-${i}`), 0);
    expect(kindOf(series.see(draft('x', 'first'), 1))).toEqual(['create', 1]);
    expect(kindOf(series.see(draft('x', 'pod-4999'), 1))).toEqual(['update', 2]);
  });
});

describe('an event', () => {
  const sighting: Sighting = {
    draft: {
      regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web', uid: 'u' },
      ...{ type: 'Normal', reason: 'Started', action: 'Starting', note: 'it started' },
    },
    ...{ count: 1, first: Date.parse('2026-06-01T12:00:00.123Z'), last: 0 },
  };

  it('is as events.k8s.io/v1 has it', () => {
    expect(eventObject(sighting, { instance: 'x'.repeat(200), id: 7 })).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'default', name: 'web.18b4f33df38f54c7' },
      eventTime: '2026-06-01T12:00:00.123000Z',
      reportingController: 'ds-injector.io/injector',
      reportingInstance: 'x'.repeat(128),
      type: 'Normal',
      reason: 'Started',
      action: 'Starting',
      regarding: sighting.draft.regarding,
      note: 'it started',
    });
  });

  it('tells of its series', () => {
    const last = Date.parse('2026-06-01T12:05:00Z');
    expect(eventObject({ ...sighting, count: 3, last }, { instance: 'i', id: 1 })).toMatchObject({
      series: { count: 3, lastObservedTime: '2026-06-01T12:05:00.000000Z' },
    });
  });

  it.each([
    ['x'.repeat(2000), 1024],
    ['é'.repeat(600), 1024],
    ['漢'.repeat(500), 1024],
    ['short', 5],
  ])('has a note of no more bytes than the API takes', (note, most) => {
    const fitting = fittingNote(note);
    expect(new TextEncoder().encode(fitting).length).toBeLessThanOrEqual(most);
    expect(fitting).not.toContain('\uFFFD');
  });
});
