import { beforeAll, describe, expect, it } from 'vitest';
import type { DaemonSet, KubernetesObject, Pod } from '../../src/core/model/types.js';
import { PREFIX } from '../support/builders.js';
import { untilInjected } from './support/api.js';
import { apply, getJson, kubectl, refusal } from './support/kubectl.js';
import { aShell, Theme } from './support/objects.js';

const theme = new Theme('policies');
const { namespace } = theme;
/** May do everything with DaemonSets but mark them. */
const DEPLOYER = ['--as=deployer', '--as-group=system:authenticated'];
const MARKED = `${PREFIX}ds-injection`;

const role = (
  name: string,
  rules: readonly object[],
  subject: object,
): readonly KubernetesObject[] => [
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules },
  bind(name, name, subject),
];
const bind = (name: string, to: string, subject: object): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: to },
  subjects: [subject],
});
const user = (name: string): object => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind: 'User',
  name,
});

/** The injector's ServiceAccount gets far more than the chart gives it, so that the policy is what refuses. */
const injector = { kind: 'ServiceAccount', name: 'ds-injector', namespace: 'ds-injector-system' };

const unmarked = (name: string): DaemonSet =>
  theme.daemonSet(name, [aShell(name)], {
    spec: { template: { metadata: { annotations: null } } },
  });

/** Writes as the deployer. */
const as = (who: readonly string[], verb: string, object: KubernetesObject): [string[], string] => [
  [verb, '-f', '-', '-n', namespace, ...who],
  JSON.stringify(object),
];

beforeAll(async () => {
  const daemonSets = {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'controllerrevisions'],
    verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'],
  };
  await apply(
    theme.ground(),
    ...role('e2e-deployer', [daemonSets], user('deployer')),
    ...role('e2e-marker', [daemonSets], user('marker')),
    ...role('e2e-injector', [{ apiGroups: [''], resources: ['pods'], verbs: ['*'] }], injector),
    bind('e2e-marker-may', 'ds-injector-marker', user('marker')),
  );
  await apply(theme.daemonSet('marked', [aShell('marked')]), unmarked('unmarked'));
  await untilInjected(theme.pod('first'), 'marked');
  await apply(
    theme.pod('injected'),
    theme.pod('aside', { metadata: { annotations: { [MARKED]: 'false' } } }),
  );
});

describe('who may mark a DaemonSet', () => {
  it('a user who may create DaemonSets creates one without the mark', async () => {
    expect(await kubectl(...as(DEPLOYER, 'create', unmarked('mine')))).toContain('created');
  });

  it('a user who may create DaemonSets cannot create one with the mark, wherever it is', async () => {
    const onTemplate = theme.daemonSet('sneaky', [aShell('sneaky')]);
    const metadata = { name: 'sneaky', annotations: { [MARKED]: 'true' } };
    const onItself = { ...unmarked('sneaky'), metadata };
    for (const daemonSet of [onTemplate, onItself]) {
      const words = await refusal(...as(DEPLOYER, 'create', daemonSet));
      expect(words).toMatch(/Forbidden|forbidden/);
      expect(words).toContain('inject');
    }
  });

  it('a user who may create DaemonSets cannot mark one that is there', async () => {
    const mark = ['annotate', 'daemonset', 'unmarked', `${MARKED}=true`, '-n', namespace];
    expect(await refusal([...mark, ...DEPLOYER])).toMatch(/inject/);
  });

  it('a user who may create DaemonSets can neither change nor unmark a marked one', async () => {
    const image = ['set', 'image', 'daemonset/marked', 'marked=evil:1', '-n', namespace];
    expect(await refusal([...image, ...DEPLOYER])).toMatch(/inject/);
    const patch = { spec: { template: { metadata: { annotations: { [MARKED]: null } } } } };
    const unmark = ['patch', 'daemonset', 'marked', '-n', namespace, '-p', JSON.stringify(patch)];
    expect(await refusal([...unmark, ...DEPLOYER])).toMatch(/inject/);
  });

  it('a user who may create DaemonSets cannot rewrite the history of a marked one', async () => {
    const revisions = await getJson<{ items: KubernetesObject[] }>(
      ...['controllerrevisions', '-n', namespace, '-l', 'daemon=marked'],
    );
    const { name = '' } = revisions.items[0]?.metadata ?? {};
    const patch = ['patch', 'controllerrevision', name, '-n', namespace, '-p', '{"revision":7}'];
    expect(await refusal([...patch, ...DEPLOYER])).toMatch(/inject/);
  });

  it('a user with the verb inject marks DaemonSets', async () => {
    const marker = ['--as=marker', '--as-group=system:authenticated'];
    const daemonSet = theme.daemonSet('theirs', [aShell('theirs')]);
    expect(await kubectl(...as(marker, 'create', daemonSet))).toContain('created');
    await kubectl(['delete', 'daemonset', 'theirs', '-n', namespace, '--wait=false', ...marker]);
  });
});

describe("what the injector's own token may do, whatever RBAC lets it", () => {
  let token: string[] = [];

  beforeAll(async () => {
    const made = await kubectl(['create', 'token', 'ds-injector', '-n', 'ds-injector-system']);
    token = [`--token=${made.trim()}`];
  });

  const patch = (pod: string, change: object): string[] => [
    ...['patch', 'pod', pod, '-n', namespace, '-p', JSON.stringify(change), ...token],
  ];
  const image = (name: string): object => ({
    spec: { containers: [{ name, image: 'busybox:latest' }] },
  });

  it("the injector's token cannot change a business container", async () => {
    expect(await refusal(patch('injected', image('app')))).toContain('ds-injector changes only');
    expect(await refusal(patch('aside', image('app')))).toContain('ds-injector changes only');
  });

  it("the injector's token can change the image of a container that was injected", async () => {
    const dry = [...patch('injected', image('marked')), '--dry-run=server', '-o', 'json'];
    const { spec } = JSON.parse(await kubectl(dry)) as Pod;
    expect(spec?.containers?.map((each) => each.image)).toContain('busybox:latest');
  });

  it("the injector's token cannot touch labels of others", async () => {
    const change = { metadata: { labels: { app: 'other' } } };
    expect(await refusal(patch('injected', change))).toContain('ds-injector changes only');
  });

  it("the injector's token can neither create nor delete pods", async () => {
    const write = as(token, 'create', theme.pod('made-by-the-injector'));
    expect(await refusal(...write)).toContain('ds-injector writes nothing but');
    expect(await refusal(['delete', 'pod', 'aside', '-n', namespace, ...token])).toContain(
      'ds-injector writes nothing but',
    );
  });
});
