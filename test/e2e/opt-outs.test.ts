import { beforeAll, describe, expect, it } from 'vitest';
import { PREFIX } from '../support/builders.js';
import type { Pod } from '../../src/core/model/types.js';
import { untilInjected } from './support/api.js';
import { apply, getJson, kubectl, listOf } from './support/kubectl.js';
import { note } from './support/note.js';
import { annotated, aShell, namesIn, Theme } from './support/objects.js';

const theme = new Theme('opt-outs');
const QUIET = 'e2e-opt-outs-quiet';
const LOUD = 'e2e-opt-outs-loud';

const quiet = theme.ground({
  metadata: { name: QUIET, annotations: { [`${PREFIX}ds-injection`]: 'false' } },
});
const loud = theme.ground({
  metadata: { name: LOUD, annotations: { [`${PREFIX}ds-injection`]: 'true' } },
});

/** Each pair of what the namespace and what the pod says, and whom the pod gets. */
const cases: readonly (readonly [string, string | undefined, readonly string[]])[] = [
  [theme.namespace, undefined, ['one', 'two']],
  [theme.namespace, 'true', ['one', 'two']],
  [theme.namespace, 'false', []],
  [theme.namespace, 'one', ['one']],
  [theme.namespace, `${theme.namespace}/two`, ['two']],
  [LOUD, undefined, ['one', 'two']],
  [LOUD, 'true', ['one', 'two']],
  [LOUD, 'false', []],
  [LOUD, 'two', ['two']],
  [QUIET, undefined, []],
  [QUIET, 'true', ['one', 'two']],
  [QUIET, 'false', []],
  [QUIET, 'one', ['one']],
  ['kube-system', undefined, []],
  ['kube-system', 'true', ['one', 'two']],
  ['kube-system', 'false', []],
  ['kube-system', 'two', ['two']],
];

const podOf = ([namespace, says]: (typeof cases)[number], index: number): Pod =>
  theme.pod(
    `case-${index}`,
    { metadata: { namespace } },
    says === undefined ? undefined : annotated('ds-injection', says),
  );

let created: readonly (Pod | undefined)[] = [];

beforeAll(async () => {
  await apply(theme.ground(), quiet, loud);
  await apply(...['one', 'two'].map((name) => theme.daemonSet(name, [aShell(name)])));
  await untilInjected(theme.pod('first'), 'one', 'two');
  await kubectl(['create', '-f', '-'], listOf(cases.map(podOf)));
  const theirs = ['pods', '-A', '-l', `e2e-theme=${theme.name}`];
  const { items } = await getJson<{ items: Pod[] }>(...theirs);
  created = cases.map((_, index) =>
    items.find(({ metadata }) => metadata?.name === `case-${index}`),
  );
});

describe('opt-outs', () => {
  it('opt-outs of pod, namespace and kube-system in all combinations', (context) => {
    const wanted = cases.map(([namespace, says, names]) => [namespace, says, 'app', ...names]);
    const seen = cases.map(([namespace, says], index) => [
      ...[namespace, says],
      ...namesIn(created[index] ?? {}),
    ]);
    note(context, `${cases.length} combinations`);
    expect(seen).toEqual(wanted);
  });

  it('a pod of kube-system that asks for it runs with the containers', async () => {
    const index = cases.findIndex(([name, says]) => name === 'kube-system' && says === 'true');
    const pod = `pod/case-${index}`;
    await kubectl(['wait', '-n', 'kube-system', '--for=condition=Ready', pod, '--timeout=90s']);
  });

  it('a pod for an ordinary node is left alone', async () => {
    const pod = theme.pod('ordinary', { spec: { nodeSelector: null } });
    const dry = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
    // Its toleration lets it land on either node; without one, on the worker alone.
    const tolerant = JSON.parse(await kubectl(dry, JSON.stringify(pod))) as Pod;
    const picky = { ...pod, spec: { ...pod.spec, tolerations: [] } };
    const strict = JSON.parse(await kubectl(dry, JSON.stringify(picky))) as Pod;
    expect([namesIn(tolerant), namesIn(strict)]).toEqual([['app'], ['app']]);
  });
});
