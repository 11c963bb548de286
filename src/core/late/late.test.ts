import { describe, expect, it } from 'vitest';
import {
  aContainer,
  aDaemonSet,
  aNode,
  aPod,
  PREFIX,
  settings,
  superNode,
  worldOf,
} from '../../../test/support/builders.js';
import { merge } from '../../../test/support/merge.js';
import { inject } from '../engine.js';
import type { DaemonSet, KubernetesObject, Pod } from '../model/types.js';
import { applyPatch } from '../patch/apply.js';
import { encodeRecord, type InjectionRecord, type RecordedContainer } from '../record/record.js';
import type { ContainerStatus } from '../status/observed.js';
import { prunedBound } from './bound.js';
import { lackingIn } from './lacking.js';
import { lateFor, type Late, type LateQuestion } from './late.js';
import { nextName } from './names.js';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const RECORD = 'ds-injector.io/record';

const running = (...more: object[]): Pod =>
  aPod(
    { metadata: { name: 'app-1', namespace: 'shop', uid: 'u1' }, spec: { nodeName: 'super' } },
    { status: { phase: 'Running' } },
    ...more,
  );

const templated = (spec: object): DaemonSet => aDaemonSet({ spec: { template: { spec } } });
const agent = (more: object = {}) =>
  aContainer({ name: 'agent', image: 'example.org/agent:1' }, more);

function ask(pod: Pod, objects: readonly KubernetesObject[], more: Partial<LateQuestion> = {}) {
  const world = worldOf([superNode(), ...objects]);
  const question = { world, settings: settings(), now: NOW, lacking: true, restarts: 3, ...more };
  return lateFor(pod, question);
}

/** The pod after what is to be written was written. */
const written = (pod: Pod, { record, containers }: Late): Pod =>
  merge<Pod>(pod, record === undefined ? {} : { metadata: { annotations: { [RECORD]: record } } }, {
    spec: { ephemeralContainers: [...(pod.spec?.ephemeralContainers ?? []), ...containers] },
  });

const reported = (pod: Pod, ...statuses: Partial<ContainerStatus>[]): Pod =>
  merge<Pod>(pod, { status: { ephemeralContainerStatuses: statuses } });

const ended = (name: string, exitCode: number, finishedAt = '2026-01-01T00:09:00Z') => ({
  name,
  state: { terminated: { exitCode, finishedAt } },
});

const recordedIn = ({ record }: Late): InjectionRecord =>
  JSON.parse(record ?? '{"daemonSets":[]}') as InjectionRecord;
const reasonsOf = ({ verdicts }: Late) =>
  verdicts.map(({ reason, detail }) => (detail === undefined ? reason : `${reason}: ${detail}`));
const namesOf = ({ containers }: Late) => containers.map(({ name }) => name);

describe('lackingIn', () => {
  const world = worldOf([superNode(), aNode({ metadata: { name: 'worker' } }), aDaemonSet()]);
  const lacking = (pod: Pod) => lackingIn(prunedBound(pod), world, settings());

  it('names what a pod that runs lacks', () => {
    expect(lacking(running())).toEqual(['monitoring/agent']);
  });

  it.each<[string, object]>([
    ['is not bound', { spec: { nodeName: '' } }],
    ['is on a real node', { spec: { nodeName: 'worker' } }],
    ['is on a node that nobody knows', { spec: { nodeName: 'gone' } }],
    ['ends', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    ['is over', { status: { phase: 'Succeeded' } }],
    ['opted out', { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } } }],
    ['lists others', { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'other' } } }],
    ['is of kube-system', { metadata: { namespace: 'kube-system' } }],
    ['is a mirror', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } }],
    ['uses the network of its host', { spec: { hostNetwork: true } }],
    ['is for another system', { spec: { os: { name: 'windows' } } }],
    [
      'is of a DaemonSet',
      { metadata: { ownerReferences: [{ kind: 'DaemonSet', name: 'x', controller: true }] } },
    ],
    [
      'has a record that names it',
      {
        metadata: {
          annotations: {
            [RECORD]: encodeRecord({
              version: 1,
              volumes: [],
              daemonSets: [
                { namespace: 'monitoring', name: 'agent', revision: 'r', containers: [] },
              ],
            }),
          },
        },
      },
    ],
  ])('names nothing for a pod that %s', (_, more) => {
    expect(lacking(running(more))).toEqual([]);
  });

  it('says of a pruned pod what it says of the whole one', () => {
    const pod = running({ metadata: { labels: { a: 'b' }, annotations: { other: 'x' } } });
    expect(lackingIn(pod, world, settings())).toEqual(lacking(pod));
    expect(JSON.stringify(prunedBound(pod))).not.toContain('other');
  });
});

describe('a pod that runs and lacks a DaemonSet', () => {
  it('gets it as an ephemeral container, without what such a one cannot have', () => {
    const container = agent({
      ports: [{ containerPort: 9100 }],
      resources: { limits: { memory: '1Gi' } },
      livenessProbe: { httpGet: { port: 9100 } },
      env: [{ name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }],
    });
    const late = ask(running(), [templated({ containers: [container] })]);
    expect(late.containers).toEqual([
      {
        name: 'agent',
        image: 'example.org/agent:1',
        env: [{ name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }],
      },
    ]);
    expect(recordedIn(late).daemonSets).toMatchObject([
      {
        name: 'agent',
        since: '2026-01-01T00:10:00Z',
        containers: [{ container: 'agent', injectedAs: 'agent', placement: 'ephemeral' }],
      },
    ]);
    expect(late.warnings).toEqual([
      {
        code: 'ephemeral_without',
        message:
          'DaemonSet monitoring/agent: container agent is without its livenessProbe, memory limit',
      },
    ]);
    expect(reasonsOf(late)).toEqual(['injected']);
  });

  it('is left alone after that', () => {
    const pod = running();
    const late = ask(written(pod, ask(pod, [aDaemonSet()])), [aDaemonSet()]);
    expect(late).toMatchObject({ record: undefined, containers: [], lookAgain: undefined });
    expect(reasonsOf(late)).toEqual(['injected']);
  });

  it('gets nothing when only what is promised is asked for', () => {
    expect(ask(running(), [aDaemonSet()], { lacking: false })).toMatchObject({
      ...{ record: undefined, containers: [], verdicts: [] },
    });
  });

  it('gets nothing when it opted out', () => {
    const optedOut = running({ metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } } });
    expect(ask(optedOut, [aDaemonSet()])).toMatchObject({ containers: [], verdicts: [] });
  });

  it('gets another name where its own is taken, also by what the record promises', () => {
    const taken = running({ spec: { ephemeralContainers: [{ name: 'agent', image: 'debug' }] } });
    expect(namesOf(ask(taken, [aDaemonSet()]))).toEqual(['agent-agent']);
    expect(ask(written(taken, ask(taken, [aDaemonSet()])), [aDaemonSet()])).toMatchObject({
      ...{ record: undefined, containers: [] },
    });
  });

  it('finds on a node without ephemeral containers why not', () => {
    const node = aNode({ metadata: { name: 'super', labels: { type: 'virtual-kubelet' } } });
    const world = worldOf([node, aDaemonSet()]);
    const question = { world, settings: settings(), now: NOW, lacking: true, restarts: 3 };
    expect(reasonsOf(lateFor(running(), question))).toEqual(['isolation_not_available']);
  });

  it.each<[string, object, object, string]>([
    [
      'a directory of the host',
      {
        containers: [agent({ volumeMounts: [{ name: 'logs', mountPath: '/logs' }] })],
        volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
      },
      {},
      'volume logs that the pod lacks',
    ],
    [
      'a ConfigMap',
      {
        containers: [agent({ volumeMounts: [{ name: 'config', mountPath: '/etc/agent' }] })],
        volumes: [{ name: 'config', configMap: { name: 'agent' } }],
      },
      {},
      'volume config that the pod lacks',
    ],
    [
      'a part of a volume of the business',
      {
        containers: [agent({ volumeMounts: [{ name: 'logs', mountPath: '/logs' }] })],
        volumes: [{ name: 'logs', hostPath: { path: '/var/log/app' } }],
      },
      { spec: { volumes: [{ name: 'all', hostPath: { path: '/var/log' } }] } },
      'a part (subPath) of volume all',
    ],
    [
      'an image pull secret',
      { imagePullSecrets: [{ name: 'registry' }] },
      {},
      'image pull secret registry that the pod lacks',
    ],
  ])('cannot get one that needs %s', (_, spec, more, detail) => {
    const late = ask(running(more), [templated(spec)]);
    expect(reasonsOf(late)).toEqual([`not_ephemeral: ${detail}`]);
    expect(late).toMatchObject({ record: undefined, containers: [] });
  });

  it('gets none that is privileged: it goes in without that, or not at all where the sandbox has it', () => {
    const daemonSet = templated({ containers: [agent({ securityContext: { privileged: true } })] });
    const { profiles } = settings();
    const lets = settings({ profiles: profiles.map((one) => ({ ...one, privileged: true })) });
    expect(ask(running(), [daemonSet]).containers[0]?.securityContext?.privileged).toBeUndefined();
    expect(reasonsOf(ask(running(), [daemonSet], { settings: lets }))).toEqual([
      'not_ephemeral: container agent that is privileged',
    ]);
  });

  it('gets one that needs a volume that the business has', () => {
    const late = ask(
      running({ spec: { volumes: [{ name: 'all', hostPath: { path: '/var/log' } }] } }),
      [
        templated({
          containers: [agent({ volumeMounts: [{ name: 'logs', mountPath: '/logs' }] })],
          volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
        }),
      ],
    );
    expect(late.containers[0]?.volumeMounts).toEqual([{ name: 'all', mountPath: '/logs' }]);
  });
});

describe('a pod that has another DaemonSet already', () => {
  const first = aDaemonSet({
    metadata: { name: 'first' },
    spec: {
      template: {
        spec: {
          containers: [
            agent({
              name: 'first',
              ports: [{ containerPort: 9200 }],
              volumeMounts: [{ name: 'logs', mountPath: '/logs' }],
            }),
          ],
          volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
        },
      },
    },
  });
  const world = worldOf([superNode(), first]);
  const made = aPod({ metadata: { name: 'app-1', namespace: 'shop' } });
  const { operations } = inject({ pod: made, namespace: 'shop' }, world, settings());
  const pod = running(applyPatch(made, operations));

  it('keeps it, and gets the new one behind it, with the directories that are there', () => {
    const mounted = templated({
      containers: [agent({ volumeMounts: [{ name: 'logs', mountPath: '/logs' }] })],
      volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
    });
    const late = ask(pod, [first, mounted]);
    expect(late.containers[0]?.volumeMounts).toEqual([
      { name: 'host-var-log', mountPath: '/logs' },
    ]);
    const { daemonSets, volumes } = recordedIn(late);
    expect(daemonSets.map(({ name }) => name)).toEqual(['first', 'agent']);
    expect(volumes).toContain('host-var-log');
    expect(ask(written(pod, late), [first, mounted])).toMatchObject({
      ...{ record: undefined, containers: [] },
    });
    const again = { ...written(pod, late), spec: { ...pod.spec } };
    const { warnings } = inject({ pod: again, namespace: 'shop' }, world, settings());
    expect(warnings).toEqual([]);
  });

  it('leaves its ports to it', () => {
    const clash = templated({ containers: [agent({ ports: [{ containerPort: 9200 }] })] });
    expect(reasonsOf(ask(pod, [first, clash]))).toEqual([
      'port_taken: 9200/TCP by DaemonSet monitoring/first',
    ]);
  });
});

describe('an ephemeral container that ended', () => {
  const pod = written(running(), ask(running(), [aDaemonSet()]));

  it('is started again under a new name when its time has come, and the record says so first', () => {
    const late = ask(reported(pod, ended('agent', 1)), [aDaemonSet()]);
    expect(namesOf(late)).toEqual(['agent-2']);
    expect(recordedIn(late).daemonSets[0]?.containers).toEqual([
      { container: 'agent', injectedAs: 'agent-2', placement: 'ephemeral', restarts: 1 },
    ]);
    const next = reported(written(pod, late), ended('agent', 1), ended('agent-2', 0));
    expect(namesOf(ask(next, [aDaemonSet()]))).toEqual(['agent-3']);
  });

  it('waits for its time, twice as long each time', () => {
    const now = Date.parse('2026-01-01T00:09:04Z');
    const late = ask(reported(pod, ended('agent', 1)), [aDaemonSet()], { now });
    expect(late).toMatchObject({ record: undefined, containers: [], lookAgain: 6000 });
    const second = written(pod, ask(reported(pod, ended('agent', 1)), [aDaemonSet()]));
    const waits = ask(reported(second, ended('agent-2', 1)), [aDaemonSet()], { now });
    expect(waits.lookAgain).toBe(16_000);
  });

  it('is left so after that many times', () => {
    const late = ask(reported(pod, ended('agent', 1)), [aDaemonSet()], { restarts: 0 });
    expect(late).toMatchObject({ record: undefined, containers: [], lookAgain: undefined });
    expect(reasonsOf(late)).toEqual(['injected: agent has ended, and is not started again']);
  });

  it('is added after all where only its record was written', () => {
    const late = ask(reported(pod, ended('agent', 1)), [aDaemonSet()]);
    const half = written(pod, { ...late, containers: [] });
    expect(ask(half, [aDaemonSet()])).toMatchObject({
      ...{ record: undefined, containers: [{ name: 'agent-2' }] },
    });
  });

  it('is not started again in a pod that opted out since, or of a DaemonSet that is not marked any more', () => {
    const out = merge<Pod>(reported(pod, ended('agent', 1)), {
      metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } },
    });
    expect(namesOf(ask(out, [aDaemonSet()]))).toEqual([]);
    const unmarked = aDaemonSet({
      spec: { template: { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } } } },
    });
    const late = ask(reported(pod, ended('agent', 1)), [unmarked]);
    expect(namesOf(late)).toEqual([]);
    expect(reasonsOf(late)).toEqual(['not_marked']);
  });

  it('is started again with the revision that the pod has, whatever is wanted by now', () => {
    const newer = templated({ containers: [agent({ image: 'example.org/agent:2' })] });
    const [recorded] = recordedIn(ask(running(), [aDaemonSet()])).daemonSets;
    const revision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        ...{ name: 'agent-1', namespace: 'monitoring' },
        labels: { 'controller-revision-hash': recorded?.revision ?? '' },
        ownerReferences: [{ kind: 'DaemonSet', name: 'agent', controller: true }],
      },
      data: { spec: { template: aDaemonSet().spec?.template } },
    };
    const late = ask(reported(pod, ended('agent', 1)), [newer, revision]);
    expect(late.containers[0]?.image).toBe('example.org/agent:1');
    expect(recordedIn(late).daemonSets[0]?.revision).toBe(recorded?.revision);
  });

  it('is started again with what is wanted where nobody knows its revision any more', () => {
    const newer = templated({ containers: [agent({ image: 'example.org/agent:2' })] });
    expect(ask(pod, [newer])).toMatchObject({ record: undefined, containers: [] });
    const late = ask(reported(pod, ended('agent', 1)), [newer]);
    expect(late.containers[0]?.image).toBe('example.org/agent:2');
    const [recorded] = recordedIn(ask(running(), [newer])).daemonSets;
    expect(recordedIn(late).daemonSets[0]?.revision).toBe(recorded?.revision);
  });
});

describe('the revision that a pod gets late', () => {
  const own = settings({ placeholders: true });
  const imaged = (hash: string) =>
    templated({ containers: [agent({ image: `example.org/${hash}` })] });
  const revision = (hash: string, number: number, judged = {}): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      ...{ name: `agent-${hash}`, namespace: 'monitoring', annotations: judged },
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' }],
    },
    revision: number,
    data: { spec: { template: imaged(hash).spec?.template } },
  });
  const proven = { 'ds-injector.io/proven': 'true' };
  const broken = { 'ds-injector.io/broken': 'Error' };
  const images = ({ containers }: Late) => containers.map(({ image }) => image);
  const question = { settings: own };

  it('is the newest that is proven, as long as the wanted one is not', () => {
    const old = revision('old', 1, proven);
    const get = (judged: object) =>
      images(ask(running(), [imaged('new'), old, revision('new', 2, judged)], question));
    expect([get({}), get(broken), get(proven)]).toEqual([
      ['example.org/old'],
      ['example.org/old'],
      ['example.org/new'],
    ]);
  });

  it('is the wanted one where nothing is proven, and none where that is broken', () => {
    const get = (judged: object) =>
      ask(running(), [imaged('new'), revision('new', 2, judged)], question);
    expect(images(get({}))).toEqual(['example.org/new']);
    expect(images(get(broken))).toEqual([]);
    expect(reasonsOf(get(broken))).toEqual(['revision_broken: new: Error']);
  });

  it('is not added or started again as long as it is broken, whatever was promised; what runs stays', () => {
    const pod = written(running(), ask(running(), [imaged('new'), revision('new', 2)], question));
    const get = (asked: Pod, judged: object) =>
      ask(asked, [imaged('new'), revision('new', 2, judged)], question);
    const promised = merge<Pod>(pod, { spec: { ephemeralContainers: [] } });
    for (const asked of [promised, reported(pod, ended('agent', 1))]) {
      expect(get(asked, broken)).toMatchObject({ record: undefined, containers: [] });
      expect(reasonsOf(get(asked, broken))).toEqual(['revision_broken: new: Error']);
      expect(images(get(asked, {}))).toEqual(['example.org/new']);
    }
    expect(reasonsOf(get(pod, broken))).toEqual(['injected']);
  });

  it('is left for later where that is said', () => {
    const later = new Set(['monitoring/agent']);
    expect(ask(running(), [aDaemonSet()], { later })).toMatchObject({
      containers: [],
      verdicts: [],
    });
  });
});

describe('init containers', () => {
  const daemonSet = templated({
    initContainers: ['one', 'two'].map((name) => aContainer({ name })),
    containers: [agent(), aContainer({ name: 'side' })],
  });
  const step = (pod: Pod, ...statuses: Partial<ContainerStatus>[]): Pod => {
    const seen = reported(pod, ...statuses);
    return written(seen, ask(seen, [daemonSet]));
  };
  const ephemeral = ({ spec }: Pod) => spec?.ephemeralContainers?.map(({ name }) => name);

  it('come one after the other, and then the rest', () => {
    const first = step(running());
    expect(ephemeral(first)).toEqual(['one']);
    const waits = step(first, { name: 'one', state: { running: {} } });
    expect(ephemeral(waits)).toEqual(['one']);
    const second = step(first, ended('one', 0));
    expect(ephemeral(second)).toEqual(['one', 'two']);
    const third = step(second, ended('one', 0), ended('two', 0));
    expect(ephemeral(third)).toEqual(['one', 'two', 'agent', 'side']);
    expect(third.metadata?.annotations?.[RECORD]).toBe(first.metadata?.annotations?.[RECORD]);
    expect(ephemeral(step(third, ended('one', 0), ended('two', 0)))).toHaveLength(4);
  });

  it('are started again until they end well', () => {
    const again = step(step(running()), ended('one', 1));
    expect(ephemeral(again)).toEqual(['one', 'one-2']);
    const next = step(again, ended('one', 1), ended('one-2', 0));
    expect(ephemeral(next)).toEqual(['one', 'one-2', 'two']);
  });
});

describe('a record that somebody forged', () => {
  const claiming = (...containers: Partial<RecordedContainer>[]): Pod =>
    running({
      metadata: {
        annotations: {
          [RECORD]: JSON.stringify({
            version: 1,
            daemonSets: [{ namespace: 'monitoring', name: 'agent', revision: 'x', containers }],
          }),
        },
      },
    });
  const claim = { container: 'agent', injectedAs: 'agent', placement: 'ephemeral' } as const;

  it.each<[string, Partial<RecordedContainer>, string]>([
    ['a name that is none', { ...claim, injectedAs: '../x' }, 'agent'],
    ['the name of a container of the business', { ...claim, injectedAs: 'app' }, 'agent'],
    ['another name', { ...claim, injectedAs: 'mine' }, 'mine'],
    ['a number of restarts that is none', { ...claim, restarts: -1.5 }, 'agent'],
    ['a container that the DaemonSet does not have', { ...claim, container: 'x' }, 'agent'],
  ])('gets what is planned in spite of %s', (_, container, name) => {
    const late = ask(claiming(container), [aDaemonSet()]);
    expect(late.containers).toEqual([{ name, image: 'example.org/agent:1' }]);
    expect(recordedIn(late).daemonSets[0]?.containers).toEqual(
      late.record === undefined ? undefined : [{ ...claim, injectedAs: name }],
    );
  });

  it('adds nothing of a DaemonSet that is not marked, or that does not go into the pod', () => {
    const unmarked = aDaemonSet({
      spec: { template: { metadata: { annotations: { [`${PREFIX}ds-injection`]: 'false' } } } },
    });
    expect(namesOf(ask(claiming(claim), [unmarked]))).toEqual([]);
    const labelled = aDaemonSet({
      metadata: { annotations: { [`${PREFIX}ds-inject-by-label`]: 'a:b' } },
    });
    expect(reasonsOf(ask(claiming(claim), [labelled]))).toEqual(['label_mismatch']);
  });

  it('is no reason to add what it says is there in another form', () => {
    const plain = claiming({ ...claim, placement: 'plain' });
    expect(ask(plain, [aDaemonSet()])).toMatchObject({ containers: [], verdicts: [] });
  });
});

describe('a pod of which nobody can tell what was injected', () => {
  const labelled = { metadata: { labels: { 'ds-injector.io/injected': 'true' } } };
  const bearing = (text: string) => ({ metadata: { annotations: { [RECORD]: text } } });
  const world = worldOf([superNode(), aDaemonSet()]);

  it.each<[string, object]>([
    ['of a newer version', bearing('{"version":2,"daemonSets":[],"volumes":[]}')],
    ['that is broken', bearing('{"version":1,"daemonSets":')],
    ['that is empty', bearing('')],
    ['that somebody took away', labelled],
  ])('is left alone: it has a record %s', (_, more) => {
    const pod = running(more);
    expect(lackingIn(prunedBound(pod), world, settings())).toEqual([]);
    expect(ask(pod, [aDaemonSet()])).toEqual({
      ...{ record: undefined, containers: [], lookAgain: undefined, verdicts: [], warnings: [] },
    });
  });
});

describe('nextName', () => {
  const named = (injectedAs: string, restarts = 0): RecordedContainer => ({
    ...{ container: 'x', injectedAs, placement: 'ephemeral', restarts },
  });
  it.each([
    [named('agent'), 'agent-2'],
    [named('agent-2'), 'agent-2-2'],
    [named('agent-2', 1), 'agent-3'],
    [named('agent-9', 8), 'agent-10'],
    [named('a'.repeat(63)), `${'a'.repeat(61)}-2`],
    [named(`${'a'.repeat(61)}-9`, 8), `${'a'.repeat(60)}-10`],
    [named(`${'a'.repeat(60)}-${'b'.repeat(2)}`), `${'a'.repeat(60)}-2`],
  ])('%o is followed by %s', (recorded, next) => {
    expect(nextName(recorded, new Set())).toBe(next);
  });

  it('leaves out what is taken', () => {
    expect(nextName(named('agent'), new Set(['agent-2']))).toBe('agent-3');
  });
});
