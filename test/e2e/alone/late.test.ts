import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DaemonSet, Pod } from '../../../src/core/model/types.js';
import { RECORD_ANNOTATION } from '../../../src/core/model/annotations.js';
import { until } from '../../cluster/until.js';
import type { Overrides } from '../../support/merge.js';
import { tryPod, untilInjected } from '../support/api.js';
import { status } from '../support/check.js';
import { ephemeralIn, seenPod, standingOf, untilRuns, type SeenPod } from '../support/ephemeral.js';
import { apply, exec, getJson, kubectl, logs, waitFor } from '../support/kubectl.js';
import { note } from '../support/note.js';
import { aShell, BUSYBOX, namesIn, superNodeSelector, Theme } from '../support/objects.js';
import { everyReplica, install, NAMESPACE, RELEASE, untilRolledOut } from '../support/release.js';

/** Each has DaemonSets of its own, so that none waits for those of another. */
const existing = new Theme('late-existing');
const crashing = new Theme('late-crashing');
const missing = new Theme('late-missing');
const volume = new Theme('late-volume');
const reported = new Theme('late-reported');

const says = 'echo here I am';
const isolated: Overrides<Pod> = {
  metadata: { annotations: { 'ds-injector.io/isolation': 'ephemeral' } },
};
/** Goes where it likes, and likes the super node. */
const anywhere: Overrides<Pod> = {
  spec: {
    nodeSelector: undefined,
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            preference: {
              matchExpressions: Object.entries(superNodeSelector).map(([key, value]) => ({
                key,
                operator: 'In',
                values: [value],
              })),
            },
          },
        ],
      },
    },
  },
};
const crasher = { name: 'crasher', image: BUSYBOX, command: ['sh', '-c', 'echo dying; exit 1'] };
const absent = { name: 'absent', image: 'registry.invalid/absent:1' };

const scale = (count: number): Promise<string> =>
  kubectl(['scale', '-n', NAMESPACE, `deployment/${RELEASE}`, `--replicas=${count}`]);

const readyPod = async (
  theme: Theme,
  name: string,
  ...more: Overrides<Pod>[]
): Promise<SeenPod> => {
  await apply(theme.pod(name, ...more));
  await waitFor(theme.namespace, 'condition=Ready', `pod/${name}`);
  return seenPod(theme.namespace, name);
};

beforeAll(async () => {
  await apply(...[existing, crashing, missing, volume, reported].map((theme) => theme.ground()));
});

describe('a pod that runs before its DaemonSet is marked', () => {
  it('gets an ephemeral container, and goes on undisturbed', async (context) => {
    const before = await readyPod(existing, 'before');
    await apply(existing.daemonSet('agent', [aShell('agent', says)]));
    const began = performance.now();
    const after = await untilRuns([existing.namespace, 'before', 'agent']);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    expect(namesIn(after)).toEqual(['app']);
    expect(standingOf(after)).toEqual(standingOf(before));
    note(context, `runs ${seconds} s after the mark; 0 restarts, ready since the start`);
  });

  it('kubectl logs -c and exec -c reach the ephemeral container', async () => {
    const { namespace } = existing;
    expect(await logs(namespace, 'before', 'agent')).toBe('here I am\n');
    expect(await exec(namespace, 'before', 'agent', 'echo inside')).toBe('inside\n');
  });

  it('is left as it is when the leader changes', async () => {
    const before = await seenPod(existing.namespace, 'before');
    await kubectl(['rollout', 'restart', '-n', NAMESPACE, `deployment/${RELEASE}`]);
    await untilRolledOut();
    await readyPod(existing, 'isolated', isolated);
    await untilRuns([existing.namespace, 'isolated', 'agent']);
    const after = await seenPod(existing.namespace, 'before');
    expect(ephemeralIn(after)).toEqual(['agent']);
    expect(standingOf(after)).toEqual(standingOf(before));
  });
});

describe('a pod whose node was not known', () => {
  it('mixed: late: gets an ephemeral container once it is bound to a virtual node', async () => {
    const pod = await readyPod(existing, 'anywhere', anywhere);
    expect(pod.spec?.nodeName).toBe('super');
    expect(namesIn(pod)).toEqual(['app']);
    const after = await untilRuns([existing.namespace, 'anywhere', 'agent']);
    expect(standingOf(after)).toEqual(standingOf(pod));
  });
});

describe('isolation: ephemeral', () => {
  beforeAll(async () => {
    await apply(crashing.daemonSet('crasher', [crasher]), missing.daemonSet('absent', [absent]));
    // The webhook has seen them when it writes a record that promises them.
    for (const [theme, name] of [
      [crashing, 'crasher'],
      [missing, 'absent'],
    ] as const) {
      await until(`the promise of ${name}`, async () => {
        const { metadata } = await tryPod(theme.pod('first', isolated));
        return metadata?.annotations?.[RECORD_ANNOTATION]?.includes(`"injectedAs":"${name}"`);
      });
    }
  });

  it('a container that crashes is started again under other names, and the pod stays ready', async (context) => {
    const before = await readyPod(crashing, 'business', isolated);
    const began = performance.now();
    const seen: string[] = [];
    const after = await until(
      'crasher-3',
      async () => {
        const pod = await seenPod(crashing.namespace, 'business');
        expect(standingOf(pod)).toEqual(standingOf(before));
        for (const name of ephemeralIn(pod)) {
          if (seen.some((one) => one.startsWith(`${name} `))) continue;
          seen.push(`${name} after ${((performance.now() - began) / 1000).toFixed(0)} s`);
        }
        return ephemeralIn(pod).includes('crasher-3') && pod;
      },
      { timeout: 120_000 },
    );
    expect(namesIn(after)).toEqual(['app']);
    expect([...ephemeralIn(after)].sort()).toEqual(['crasher', 'crasher-2', 'crasher-3']);
    note(context, seen.join(', '));
  });

  it('an image that cannot be pulled leaves the pod ready', async () => {
    const before = await readyPod(missing, 'business', isolated);
    const pulling = await until('the trouble of absent', async () => {
      const pod = await seenPod(missing.namespace, 'business');
      const reason = pod.status.ephemeralContainerStatuses?.[0]?.state?.waiting?.reason ?? '';
      return ['ErrImagePull', 'ImagePullBackOff'].includes(reason) && pod;
    });
    expect(standingOf(pulling)).toEqual(standingOf(before));
    expect(pulling.status.phase).toBe('Running');
  });
});

describe('what cannot be an ephemeral container', () => {
  it('is not added, and the pod and ds-injector status say why', async () => {
    const before = await readyPod(volume, 'business');
    const withVolume: Overrides<DaemonSet> = {
      spec: {
        template: {
          spec: { volumes: [{ name: 'logs', hostPath: { path: '/var/log/agent' } }] },
        },
      },
    };
    const mounts = { volumeMounts: [{ name: 'logs', mountPath: '/var/log/agent' }] };
    await apply(volume.daemonSet('agent', [aShell('agent', '', mounts)], withVolume));
    const event = await until('an event on the pod', async () => {
      const { items } = await getJson<{
        items: readonly { reason?: string; note?: string; message?: string }[];
      }>('events', '-n', volume.namespace, '--field-selector=involvedObject.name=business');
      return items.find(({ reason }) => reason === 'InjectionMissed');
    });
    expect(event.message ?? event.note).toContain('not_ephemeral');
    expect(await status('pod/business', '-n', volume.namespace)).toContain('not_ephemeral');
    const after = await seenPod(volume.namespace, 'business');
    expect([ephemeralIn(after), after.metadata?.annotations]).toEqual([
      [],
      before.metadata?.annotations,
    ]);
  });
});

describe('the webhook was away', () => {
  afterAll(async () => {
    await scale(2);
    await untilRolledOut();
  });

  it('a pod that was created meanwhile gets an ephemeral container', async () => {
    await scale(0);
    await until('the end of the replicas', async () => (await everyReplica()).length === 0);
    const before = await readyPod(existing, 'meanwhile');
    expect(namesIn(before)).toEqual(['app']);
    await scale(2);
    await untilRolledOut();
    const after = await untilRuns([existing.namespace, 'meanwhile', 'agent']);
    expect(standingOf(after)).toEqual(standingOf(before));
  });
});

describe('existing: report', () => {
  beforeAll(async () => {
    await install('--reuse-values', '--set=injection.existing=report');
    await untilRolledOut();
  });
  afterAll(async () => {
    await install('--reuse-values', '--set=injection.existing=ephemeral');
    await untilRolledOut();
  });

  it('a pod that runs gets nothing, and what its record promises comes', async () => {
    await readyPod(reported, 'before');
    await apply(reported.daemonSet('agent', [aShell('agent')]));
    await untilInjected(reported.pod('first'), 'agent');
    // The leader has seen the DaemonSet, and the pod before it.
    await readyPod(reported, 'isolated', isolated);
    await untilRuns([reported.namespace, 'isolated', 'agent']);
    const before = await seenPod(reported.namespace, 'before');
    expect([ephemeralIn(before), namesIn(before)]).toEqual([[], ['app']]);
    expect(await status('ds/agent', '-n', reported.namespace)).toContain('missed');
  });
});
