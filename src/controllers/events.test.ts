import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../../test/support/api-server/api-server.js';
import { clientOf } from '../../test/support/api-server/client.js';
import { aDaemonSet, aProfile, superNode } from '../../test/support/builders.js';
import { leading, type Leading } from '../../test/support/duty.js';
import { anInjectedPod, aRevision, isReady, running, waits } from '../../test/support/status.js';
import type { ApiClient } from '../cluster/api.js';
import { EVENTS } from '../cluster/resources.js';
import type { EventDraft } from '../core/events/draft.js';
import { builtInProfiles } from '../core/profiles/built-in.js';
import { EventRecorder } from './events.js';
import { tellOfContainers } from './events-of-containers.js';
import { tellOfDaemonSets } from './events-of-daemon-sets.js';

let api: ApiServer;
let client: ApiClient;
let now = 0;
let told: string[] = [];
const ending = () => new AbortController();

beforeEach(async () => {
  api = await startApiServer();
  client = clientOf(api);
  // A clock that is set by the API server's has fractions.
  now = Date.parse('2026-06-01T12:00:00Z') + 0.25;
  told = [];
});
afterEach(async () => {
  client.close();
  await api.close();
});

const recorder = (): EventRecorder =>
  new EventRecorder({
    client,
    clock: { now: () => now, monotonic: () => performance.now() },
    random: () => 0,
    instance: 'ds-injector-1',
    observe: {
      written: (kind) => told.push(kind),
      dropped: (why) => told.push(why),
    },
  });
const events = () => api.store.list(EVENTS, {});
const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 20 });

const draft = (note: string, name = 'web'): EventDraft => ({
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name },
  ...{ type: 'Warning', reason: 'Exited', action: 'Running', note },
});

describe('the recorder', () => {
  let own: EventRecorder;
  let over: AbortController;
  let running: Promise<void>;
  beforeEach(() => {
    own = recorder();
    over = ending();
    running = own.run(over.signal);
  });
  afterEach(async () => {
    over.abort();
    await running;
  });

  it('writes an event, and a series where it comes again', async () => {
    for (let i = 0; i < 5; i += 1) own.record(draft('it ended'));
    await until(() => {
      expect(told).toEqual(['create', 'update']);
    });
    expect(events()).toMatchObject([
      {
        metadata: { namespace: 'default' },
        note: 'it ended',
        reportingInstance: 'ds-injector-1',
        series: { count: expect.any(Number) as number },
      },
    ]);
  });

  it('drops what is too much for one object, and counts it', async () => {
    for (let i = 0; i < 30; i += 1) own.record(draft(`note ${i}`));
    await until(() => {
      expect(told.filter((one) => one === 'create')).toHaveLength(25);
    });
    expect(told.filter((one) => one === 'rate')).toHaveLength(5);
    expect(events()).toHaveLength(25);
  });

  it('drops what waits for too long a time in too large a number', () => {
    for (let i = 0; i < 1005; i += 1) own.record(draft('x', `pod-${i}`));
    // One is on its way by now.
    expect(told.filter((one) => one === 'queue').length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ['has too much to do', { status: 429, retryAfter: 1 }, 'create'],
    ['fails', { status: 500 }, 'create'],
    ['says no', { status: 403, reason: 'Forbidden' }, 'refused'],
  ])('tries again where it is of use: an API server that %s', async (_, what, expected) => {
    api.fault({ path: 'events', what, times: 1 });
    own.record(draft('x'));
    await until(() => {
      expect(told).toEqual([expected]);
    });
    expect(events()).toHaveLength(expected === 'create' ? 1 : 0);
  });

  it('writes a series as a whole that the API server has forgotten', async () => {
    own.record(draft('x'));
    await until(() => {
      expect(told).toEqual(['create']);
    });
    for (const event of events()) api.store.drop(event);
    own.record(draft('x'));
    await until(() => {
      expect(events()).toMatchObject([{ note: 'x', series: { count: 2 } }]);
    });
  });
});

describe('what is told', () => {
  const agent = aDaemonSet();
  const silent = aProfile({
    name: 'silent',
    nodes: [{ label: 'type', value: 'silent' }],
    events: 'none',
  });
  const profiles = [silent, ...builtInProfiles];
  const quiet = superNode({ metadata: { name: 'quiet', labels: { type: 'silent' } } });
  const cluster = [superNode(), quiet, agent, aRevision(agent, 'one')];
  const pod = (node: string, name: string, ...statuses: readonly object[]) =>
    running(anInjectedPod(name, cluster), node, statuses);

  let lead: Leading;
  let work: Promise<unknown>;
  beforeEach(async () => {
    api.store.put(...cluster, pod('quiet', 'early', waits('agent', 'CrashLoopBackOff')));
    lead = leading(api, now, { profiles });
    const own = recorder();
    const current = lead.options.current;
    await until(() => {
      expect(current()).toBeDefined();
    });
    tellOfContainers(lead.options, own, lead.signal);
    work = Promise.all([
      own.run(lead.signal),
      tellOfDaemonSets({ ...lead.options, recorder: own }, lead.signal, 100),
    ]);
  });
  afterEach(async () => {
    await lead.stop(work);
  });

  const notesOf = (kind: string): readonly unknown[] =>
    events()
      .filter(({ regarding }) => (regarding as { kind: string }).kind === kind)
      .map(({ note }) => note);

  it('is of containers only where the kubelet is silent, and not what was so before', async () => {
    api.store.put(pod('super', 'loud', isReady('agent')), pod('quiet', 'web', isReady('agent')));
    await until(() => {
      expect(notesOf('Pod')).toHaveLength(2);
    });
    // They come after what would have been told of the other.
    const pods = events().map(({ regarding }) => regarding as { kind: string; name: string });
    const names = pods.filter(({ kind }) => kind === 'Pod').map(({ name }) => name);
    expect(names).toEqual(['web', 'web']);
  });

  it('is on the DaemonSet how many pods have which trouble, once', async () => {
    await until(() => {
      expect(notesOf('DaemonSet')).toEqual([
        'CrashLoopBackOff in 1 pod on 1 virtual node, as in pod default/early on quiet, container agent',
      ]);
    });
    api.store.put(pod('super', 'web', waits('agent', 'CrashLoopBackOff')));
    await until(() => {
      expect(notesOf('DaemonSet')).toContain(
        'CrashLoopBackOff in 2 pods on 2 virtual nodes, as in pod default/early on quiet, container agent',
      );
    });
    expect(notesOf('DaemonSet')).toHaveLength(2);
  });
});
