import { beforeAll, describe, expect, it } from 'vitest';
import type { DaemonSet, KubernetesObject, Pod } from '../../src/core/model/types.js';
import { RECORD_ANNOTATION } from '../../src/core/model/annotations.js';
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
    ...role(
      'e2e-injector',
      [
        {
          apiGroups: [''],
          resources: ['pods', 'pods/ephemeralcontainers', 'secrets'],
          verbs: ['*'],
        },
      ],
      injector,
    ),
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

  const written = async (): Promise<string> => {
    const { metadata } = await getJson<Pod>('pod', 'injected', '-n', namespace);
    return metadata?.annotations?.[RECORD_ANNOTATION] ?? '';
  };
  const recorded = (record: string): object => ({
    metadata: { annotations: { [RECORD_ANNOTATION]: record } },
  });

  it("the injector's token cannot write down a business container, to change it next", async () => {
    const record = await written();
    expect(record).toContain('"injectedAs":"marked"');
    const forged = [
      '{"injectedAs":"app"}',
      `${record}"injectedAs":"app"`,
      record.replace('"injectedAs":"marked"', '"injectedAs":"app"'),
    ];
    for (const one of forged) {
      const words = await refusal(patch('injected', recorded(one)));
      expect(words).toContain('ds-injector adds no container that is there to the record');
    }
    expect(await refusal(patch('injected', image('app')))).toContain('ds-injector changes only');
    expect(await refusal(patch('aside', recorded('{"injectedAs":"app"}')))).toContain(
      'ds-injector adds no container that is there to the record',
    );
  });

  it("the injector's token can change the image and the revision in the record at once", async () => {
    const record = (await written()).replace(/"revision":"[^"]*"/, '"revision":"next"');
    const change = { ...recorded(record), ...image('marked') };
    const dry = [...patch('injected', change), '--dry-run=server', '-o', 'json'];
    const pod = JSON.parse(await kubectl(dry)) as Pod;
    expect(pod.metadata?.annotations?.[RECORD_ANNOTATION]).toContain('"revision":"next"');
  });

  /** What the API server says to one more ephemeral container in a pod. */
  const extend = async (name: string, container: object): Promise<string> => {
    const pod = await getJson<Pod>('pod', name, '-n', namespace);
    const ephemeralContainers = [...(pod.spec?.ephemeralContainers ?? []), container];
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/ephemeralcontainers?dryRun=All`;
    const { resourceVersion: _, ...metadata } = pod.metadata ?? {};
    const body = JSON.stringify({ ...pod, metadata, spec: { ...pod.spec, ephemeralContainers } });
    const line = ['replace', '--raw', path, '-f', '-', ...token];
    return kubectl(line, body).catch((error: unknown) => (error as Error).message);
  };

  it("the injector's token adds ephemeral containers that the record names, and no others", async () => {
    const refused = 'ds-injector writes nothing but';
    const image = 'busybox:1.36';
    expect(await extend('injected', { name: 'marked-2', image })).toContain(refused);
    expect(await extend('aside', { name: 'marked-2', image })).toContain(refused);
    const before = await written();
    const one = /\{[^{}]*"injectedAs":"marked"[^{}]*\}/.exec(before)?.[0] ?? '';
    const another = one.replace('"injectedAs":"marked"', '"injectedAs":"marked-2"');
    await kubectl(patch('injected', recorded(before.replace(one, `${one},${another}`))));
    expect(await extend('injected', { name: 'marked-2', image })).toContain('"marked-2"');
    expect(
      await extend('injected', { name: 'marked-2', image, targetContainerName: 'app' }),
    ).toContain(refused);
    await kubectl(patch('injected', recorded(before)));
  });

  it("the injector's token makes of its Secret neither a token of others nor one that stays", async () => {
    const [name, own] = ['ds-injector-ca', 'ds-injector-system'];
    const change = (what: object): string[] => [
      ...['patch', 'secret', name, '-n', own, '-p', JSON.stringify(what), ...token],
      '--dry-run=server',
    ];
    expect(await kubectl(change({ metadata: { labels: { e2e: 'x' } } }))).toContain('patched');
    const kept = [{ immutable: true }, { metadata: { finalizers: ['e2e.example/stays'] } }];
    for (const what of kept) {
      expect(await refusal(change(what))).toContain('ds-injector writes nothing but');
    }
    const tokenOfOthers = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: {
        name,
        namespace: own,
        annotations: { 'kubernetes.io/service-account.name': 'default' },
      },
    };
    // Where it is there already, it is refused all the same: policies come before what is stored.
    const create = ['create', '-f', '-', '--dry-run=server', ...token];
    expect(await refusal(create, JSON.stringify(tokenOfOthers))).toContain(
      'ds-injector writes nothing but',
    );
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
