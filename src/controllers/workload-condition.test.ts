import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../../test/support/api-server/api-server.js';
import { aDaemonSet, superNode } from '../../test/support/builders.js';
import { leading, type Leading } from '../../test/support/duty.js';
import { anInjectedPod, aRevision, isReady, running, waits } from '../../test/support/status.js';
import { PODS } from '../cluster/resources.js';
import { INJECTED_READY } from '../core/model/annotations.js';
import type { Pod } from '../core/model/types.js';
import { keepWorkloadConditions } from './workload-condition.js';

const agent = aDaemonSet();
const cluster = [superNode(), agent, aRevision(agent, 'one')];
const pod = (...statuses: readonly object[]): Pod =>
  running(anInjectedPod('web', cluster), 'super', statuses);

let api: ApiServer;
let lead: Leading;
let work: Promise<void>;

beforeEach(async () => {
  api = await startApiServer();
  api.store.put(...cluster);
});
afterEach(async () => {
  await lead.stop(work);
  await api.close();
});

function begin(): void {
  lead = leading(api, Date.parse('2026-06-01T12:00:00Z'));
  work = keepWorkloadConditions(lead.options, lead.signal);
}

const conditionsNow = (): readonly { type: string; status: string; reason?: string }[] => {
  const { status } = api.store.get({ resource: PODS, namespace: 'default', name: 'web' });
  return (status as { conditions?: { type: string; status: string }[] }).conditions ?? [];
};
const writes = () => api.calls.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 20 });

/** Changes the status of the pod as a kubelet does, conditions of others left alone. */
function kubeletSays(...statuses: readonly object[]): void {
  const now = api.store.get({ resource: PODS, namespace: 'default', name: 'web' });
  const status = { ...(now['status'] as object), containerStatuses: statuses };
  api.store.put({ ...now, status });
}

describe('the condition of injected pods', () => {
  it('follows their containers, beside the conditions of others, with a write for each change', async () => {
    const ready = { type: 'Ready', status: 'True' };
    const first = pod(waits('agent', 'CrashLoopBackOff'));
    api.store.put({ ...first, status: { ...(first['status'] as object), conditions: [ready] } });
    begin();
    await until(() => {
      expect(conditionsNow()).toEqual([
        expect.objectContaining({
          type: INJECTED_READY,
          status: 'False',
          reason: 'CrashLoopBackOff',
        }),
        ready,
      ]);
    });
    kubeletSays(isReady('agent'));
    await until(() => {
      expect(conditionsNow()).toContainEqual(
        expect.objectContaining({ status: 'True', reason: 'Ready' }),
      );
    });
    expect(writes()).toHaveLength(2);
    expect(lead.failures).toEqual([]);
  });

  it('is not written again by the next leader', async () => {
    api.store.put(pod(isReady('agent')));
    begin();
    await until(() => {
      expect(writes()).toHaveLength(1);
    });
    await lead.stop(work);
    begin();
    // What comes after it in the queue shows that it was looked at.
    const other = running(anInjectedPod('later', cluster), 'super', [isReady('agent')]);
    api.store.put(other);
    await until(() => {
      expect(writes()).toHaveLength(2);
    });
    expect(writes().map(({ path }) => path.split('/').at(-2))).toEqual(['web', 'later']);
  });

  it('tells that a DaemonSet is gone', async () => {
    api.store.put(pod(isReady('agent')));
    begin();
    await until(() => {
      expect(conditionsNow()).toHaveLength(1);
    });
    api.store.drop(agent);
    await until(() => {
      expect(conditionsNow()[0]).toMatchObject({ status: 'True', reason: 'Orphaned' });
    });
  });

  it.each([
    ['the API server has too much to do', { status: 429, retryAfter: 1 }],
    ['the pod was changed meanwhile', { status: 409, reason: 'Conflict' }],
  ])('is written later where %s', async (_, what) => {
    api.fault({ path: '/status', what, times: 1 });
    api.store.put(pod(isReady('agent')));
    begin();
    await until(() => {
      expect(conditionsNow()).toHaveLength(1);
    });
  });

  it('is nobody’s where the pod is gone', async () => {
    api.fault({ path: '/status', what: { status: 404, reason: 'NotFound' }, times: 1 });
    api.store.put(pod(isReady('agent')));
    begin();
    await until(() => {
      expect(writes()).toHaveLength(1);
    });
    expect(lead.failures).toEqual([]);
  });
});
