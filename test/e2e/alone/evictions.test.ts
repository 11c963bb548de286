import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/model/types.js';
import { until } from '../../cluster/until.js';
import { call, untilInjected } from '../support/api.js';
import { apply, getJson, kubectl, waitFor } from '../support/kubectl.js';
import { note } from '../support/note.js';
import { aShell, IDLE, namesIn, Theme } from '../support/objects.js';
import { install, untilRolledOut } from '../support/release.js';

const theme = new Theme('evictions');
const { namespace } = theme;
const RECORD = 'ds-injector.io/record';

interface Running extends Pod {
  readonly metadata: NonNullable<Pod['metadata']> & { readonly name: string; readonly uid: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const webs = async (): Promise<readonly Running[]> => {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dweb`;
  const { body } = await call('GET', path);
  return (JSON.parse(body) as { items: readonly Running[] }).items;
};
const isReady = ({ metadata, status }: Running): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** Looks as often as it can at how many are ready. */
class Lookout {
  fewest = Infinity;
  looks = 0;
  #over = false;
  readonly #running: Promise<void>;

  constructor() {
    this.#running = this.#look();
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#running;
  }

  async #look(): Promise<void> {
    while (!this.#over) {
      this.fewest = Math.min(this.fewest, (await webs()).filter(isReady).length);
      this.looks += 1;
    }
  }
}

/** Waits until three others are there that are ready and hold what is looked for. */
const untilReplaced = (
  before: readonly Running[],
  holds: (pod: Running) => boolean,
): Promise<boolean> =>
  until(
    'three others',
    async () => {
      const uids = new Set(before.map(({ metadata }) => metadata.uid));
      const now = await webs();
      if (
        now.length === 3 &&
        now.every((one) => isReady(one) && holds(one) && !uids.has(one.metadata.uid))
      ) {
        return true;
      }
      throw new Error(
        now
          .map((one) => `${one.metadata.name} ${String(isReady(one))} ${namesIn(one).join()}`)
          .join('; '),
      );
    },
    { timeout: 180_000 },
  );

const commandIn = ({ spec }: Pod): string =>
  (
    (spec?.containers ?? []).find(({ name }) => name === 'agent') as
      { command?: string[] } | undefined
  )?.command?.join(' ') ?? '';

const eventsOf = (reason: string): Promise<string> =>
  kubectl(['get', 'events', '-n', namespace, '--field-selector', `reason=${reason}`]);
const untilEvent = (reason: string, ...words: readonly string[]): Promise<string> =>
  until(
    `event ${reason}`,
    async () => {
      const text = await eventsOf(reason);
      if (!words.every((word) => text.includes(word))) throw new Error(text);
      return text;
    },
    { timeout: 90_000 },
  );

const policies = (outdated: string, orphaned: string, existing: string): Promise<string> =>
  install(
    '--reuse-values',
    `--set=injection.outdated=${outdated}`,
    `--set=injection.orphaned=${orphaned}`,
    `--set=injection.existing=${existing}`,
  );

beforeAll(async () => {
  await policies('evict', 'evict', 'report');
  await untilRolledOut();
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(theme.pod('first'), 'agent');
  const labels = { app: 'web' };
  await apply(
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace },
      spec: { minAvailable: 2, selector: { matchLabels: labels } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: theme.template(theme.pod('web', { metadata: { labels } })),
      },
    },
  );
  await waitFor(namespace, 'condition=Available', 'deployment/web');
});

afterAll(async () => {
  await policies('report', 'report', 'ephemeral');
  await untilRolledOut();
});

/** An injected pod once more, with its record, on a node that is not virtual. */
function copyOn(nodeName: string, { metadata, spec }: Pod): Pod {
  const { nodeSelector: _, nodeName: __, ...rest } = spec ?? {};
  const { labels = {}, annotations } = metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name: 'elsewhere', namespace, labels },
      annotations: { [RECORD]: annotations?.[RECORD] ?? '' },
    },
    spec: { ...rest, nodeName },
  };
}

describe('pods that another one in their place would put right', () => {
  it('outdated: evict brings a change to all pods that no running one can take, two always ready', async (context) => {
    await until('three ready', async () => (await webs()).filter(isReady).length === 3);
    const [before, began, lookout] = [await webs(), performance.now(), new Lookout()];
    await apply(
      theme.daemonSet('agent', [{ ...aShell('agent'), command: ['sh', '-c', `: other\n${IDLE}`] }]),
    );
    await untilReplaced(before, (pod) => commandIn(pod).includes(': other'));
    await lookout.end();
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    expect(lookout.fewest).toBeGreaterThanOrEqual(2);
    await untilEvent('EvictedForInjection', ...before.map(({ metadata }) => metadata.name));
    note(
      context,
      `3 replaced in ${seconds} s, never fewer than ${lookout.fewest} ready in ${lookout.looks} looks`,
    );
  });

  it('missed, misplaced and forged injections are events on the pods', async (context) => {
    await apply(theme.pod('written-over'));
    await waitFor(namespace, 'condition=Ready', 'pod/written-over');
    await apply(copyOn('worker', await getJson<Pod>('pod', '-n', namespace, 'written-over')));
    await kubectl([
      'annotate',
      '--overwrite',
      'pod',
      '-n',
      namespace,
      'written-over',
      `${RECORD}=garbage`,
    ]);
    await apply(theme.daemonSet('late', [aShell('late')]));
    const [web] = await webs();
    await untilEvent('InjectionMissed', web?.metadata.name ?? '', `DaemonSet ${namespace}/late`);
    await untilEvent('InjectionMisplaced', 'pod/elsewhere', 'worker is not virtual');
    const forged = await untilEvent('InjectionForged', 'pod/written-over', 'cannot be read');
    note(context, forged.trim().split('\n').at(-1)?.replaceAll(/\s+/g, ' ') ?? '');
  });

  it('orphaned: evict makes pods anew whose DaemonSet was deleted, two always ready', async (context) => {
    const [before, began, lookout] = [await webs(), performance.now(), new Lookout()];
    await kubectl(['delete', 'ds', '-n', namespace, 'agent']);
    await untilReplaced(before, (pod) => namesIn(pod).join() === 'app,late');
    await lookout.end();
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    expect(lookout.fewest).toBeGreaterThanOrEqual(2);
    note(context, `3 replaced in ${seconds} s, never fewer than ${lookout.fewest} ready`);
  });
});
