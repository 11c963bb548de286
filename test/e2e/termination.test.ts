import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../cluster/until.js';
import { untilInjected } from './support/api.js';
import { apply, getJson, kubectl, waitFor } from './support/kubectl.js';
import { note } from './support/note.js';
import { annotated, aShell, BUSYBOX, Theme } from './support/objects.js';

const theme = new Theme('termination');
const { namespace } = theme;
/** Seconds that a pod may take to end: more than the programs that heed SIGTERM need on a busy machine. */
const GRACE = 15;

/** As many programs in images are: the shell is the first process, and that one ignores SIGTERM by itself. */
const stubborn = {
  name: 'stubborn',
  image: BUSYBOX,
  command: ['sh', '-c', 'while true; do sleep 1; done'],
};

const pods = ['without', 'polite', 'stubborn'] as const;
const podOf = (name: (typeof pods)[number]) =>
  theme.pod(name, annotated('ds-injection', name === 'without' ? 'false' : name), {
    metadata: { finalizers: ['ds-injector.io/e2e'] },
    spec: { terminationGracePeriodSeconds: GRACE },
  });

interface Ended {
  readonly status: {
    readonly containerStatuses: readonly {
      readonly name: string;
      readonly state: {
        readonly terminated?: { readonly exitCode: number; readonly finishedAt: string };
      };
    }[];
  };
}

/** How a pod ended: seconds from the deletion to the last container's end, and each container's exit code. */
interface End {
  readonly seconds: number;
  readonly codes: Readonly<Record<string, number>>;
}

/** Deletes a pod, which its finalizer keeps so that it can tell its end. */
async function end(name: string): Promise<End> {
  // Kubernetes writes whole seconds, and another time of the deletion as soon as the kubelet has ended the containers.
  const began = Math.floor(Date.now() / 1000) * 1000;
  await kubectl(['delete', 'pod', '-n', namespace, name, '--wait=false']);
  const { status } = await until(`the end of ${name}`, async () => {
    const pod = await getJson<Ended>('pod', '-n', namespace, name);
    return pod.status.containerStatuses.every(({ state }) => state.terminated) && pod;
  });
  const ends = status.containerStatuses.map(({ state }) =>
    Date.parse(state.terminated?.finishedAt ?? ''),
  );
  const codes = status.containerStatuses.map(({ name: container, state }) => [
    container,
    state.terminated?.exitCode,
  ]);
  return {
    seconds: (Math.max(...ends) - began) / 1000,
    codes: Object.fromEntries(codes) as End['codes'],
  };
}

beforeAll(async () => {
  await apply(theme.ground());
  await apply(
    theme.daemonSet('polite', [aShell('polite')]),
    theme.daemonSet('stubborn', [stubborn]),
  );
  await untilInjected(theme.pod('first'), 'polite', 'stubborn');
  await apply(...pods.map(podOf));
  await waitFor(namespace, 'condition=Ready', ...pods.map((name) => `pod/${name}`));
});

afterAll(async () => {
  for (const name of pods) {
    const free = ['patch', 'pod', '-n', namespace, name, '--type=merge', '-p'];
    await kubectl([...free, '{"metadata":{"finalizers":null}}']);
  }
});

/** What the kernel's SIGKILL leaves. */
const KILLED = 137;

describe('termination times', () => {
  it('a pod ends when its slowest container does, with and without injection', async (context) => {
    const [without, polite, slow] = (await Promise.all(pods.map(end))) as [End, End, End];
    note(
      context,
      `${without.seconds} s without, ${polite.seconds} s with a DaemonSet that heeds SIGTERM, ` +
        `${slow.seconds} s of ${GRACE} with one that does not`,
    );
    expect(without.codes).toEqual({ app: 0 });
    expect(polite.codes).toEqual({ app: 0, polite: 0 });
    // Nothing in Kubernetes shortens it for one container; the README says so.
    expect(slow.codes).toEqual({ app: 0, stubborn: KILLED });
    expect(slow.seconds).toBeGreaterThanOrEqual(GRACE - 1);
  });
});
