import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isMap, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { CHART, helm, NAMESPACE, type Objects, render, template, withoutHelm } from './chart.js';

const clientConfigOf = (objects: Objects) =>
  objects.get('MutatingWebhookConfiguration').webhooks?.[0]?.clientConfig;

const containerOf = (objects: Objects) =>
  objects.get('Deployment').spec?.template.spec?.containers[0];

const FILES = [
  'certificates.mode=files',
  'certificates.files.secretName=mine',
  'certificates.files.caBundle=pem',
];

describe.skipIf(withoutHelm)('values', () => {
  it('certificates.mode=cert-manager: a Certificate, its own issuer, and the mark for ca-injector', () => {
    const objects = render({ set: ['certificates.mode=cert-manager'] });
    expect(objects.names()).toEqual(
      expect.arrayContaining([
        'Certificate ds-injector',
        'Certificate ds-injector-issuer',
        'Issuer ds-injector',
        'Issuer ds-injector-self-signed',
      ]),
    );
    expect(objects.kinds()).not.toContain('Secret');
    expect(objects.kinds()).toContain('Lease');
    expect(objects.get('MutatingWebhookConfiguration').metadata?.annotations).toEqual({
      'cert-manager.io/inject-ca-from': `${NAMESPACE}/ds-injector`,
    });
    expect(clientConfigOf(objects)).not.toHaveProperty('caBundle');
  });

  it('certificates.certManager.issuerRef: an issuer of the user instead', () => {
    const issuer = 'certificates.certManager.issuerRef';
    const set = ['certificates.mode=cert-manager', `${issuer}.name=ours`, `${issuer}.kind=Issuer`];
    const objects = render({ set });
    expect(objects.kinds()).not.toContain('Issuer');
    expect(objects.get('Certificate')).toMatchObject({ spec: { issuerRef: { name: 'ours' } } });
  });

  it('certificates.mode=files: the user’s Secret is mounted, and the caBundle is the given one', () => {
    const objects = render({ set: FILES });
    expect(clientConfigOf(objects)?.caBundle).toBe(Buffer.from('pem').toString('base64'));
    expect(
      objects.get('Deployment').spec?.template.spec?.volumes?.map(({ secret }) => secret),
    ).toContainEqual({ secretName: 'mine' });
    expect(objects.kinds()).not.toContain('Secret');
  });

  it.each([
    ['certificates.files.secretName', ['certificates.mode=files', 'certificates.files.caBundle=x']],
    ['certificates.files.caBundle', ['certificates.mode=files', 'certificates.files.secretName=x']],
    ['priorityClassName', ['resourceQuota.enabled=true', 'priorityClassName=']],
  ])('says that %s is missing', (name, set) => {
    const { ok, stderr } = template({ set });
    expect(ok).toBe(false);
    expect(stderr).toContain(name);
  });

  it.each([
    ['metrics.serviceMonitor.enabled=true', 'ServiceMonitor'],
    ['networkPolicy.enabled=true', 'NetworkPolicy'],
    ['resourceQuota.enabled=true', 'ResourceQuota'],
  ])('%s brings a %s', (set, kind) => {
    expect(render().kinds()).not.toContain(kind);
    expect(render({ set: [set] }).kinds()).toContain(kind);
  });

  it('resourceQuota: all replicas of a rolling update, old and new, and the one that is ahead', () => {
    const { spec } = render({ set: ['resourceQuota.enabled=true', 'replicas=3'] }).get(
      'ResourceQuota',
    );
    expect(spec?.hard).toEqual({ pods: '7' });
  });

  it('podDisruptionBudget.enabled=false leaves the budget out', () => {
    expect(render({ set: ['podDisruptionBudget.enabled=false'] }).kinds()).not.toContain(
      'PodDisruptionBudget',
    );
  });

  it.each([
    ['marking', 'self'],
    ['self', 'marking'],
  ])('policies.%s.enabled=false leaves that policy out, and not %s', (off, on) => {
    const names = render({ set: [`policies.${off}.enabled=false`] }).names();
    expect(names.filter((name) => name.endsWith(`-${off}`))).toEqual([]);
    expect(names.filter((name) => name.endsWith(`-${on}`))).toHaveLength(2);
  });

  it('leaves the policies out where Kubernetes has none', () => {
    const kinds = render({ kubernetes: '1.29.0' }).kinds();
    expect(kinds.filter((kind) => kind.startsWith('Validating'))).toEqual([]);
    expect(template({ kubernetes: '1.27.0' }).stderr).toContain('kubeVersion');
  });

  it('networkPolicy: reviews from everywhere, metrics from those named, and out to the API server', () => {
    const from = 'networkPolicy.opsFrom[0].namespaceSelector.matchLabels.a=b';
    const { spec } = render({
      set: ['networkPolicy.enabled=true', from],
    }).get('NetworkPolicy');
    expect(spec?.ingress).toEqual([
      { ports: [{ port: 'webhook' }] },
      {
        ports: [{ port: 'ops' }],
        from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }],
      },
    ]);
    expect(spec?.egress).toEqual([{ ports: [{ port: 443 }, { port: 6443 }] }]);
  });

  it('image: repository, tag, and a digest that wins over it', () => {
    const set = ['image.repository=r.example/ds', 'image.tag=v2'];
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(containerOf(render({ set }))?.image).toBe('r.example/ds:v2');
    expect(containerOf(render({ set: [...set, `image.digest=${digest}`] }))?.image).toBe(
      `r.example/ds@${digest}`,
    );
  });

  it('the name of the release tells two of them apart', () => {
    const objects = render({ release: 'x' });
    expect(objects.get('Deployment').metadata?.name).toBe('x-ds-injector');
    expect(objects.get('Secret').metadata?.name).toBe('x-ds-injector-ca');
    const marking = objects.get('ValidatingAdmissionPolicy', 'x-ds-injector-self');
    expect(marking.spec?.matchConditions?.[0]?.expression).toContain(
      `:${NAMESPACE}:x-ds-injector'`,
    );
    expect(
      render({ release: 'x', set: ['fullnameOverride=y'] }).get('Deployment').metadata?.name,
    ).toBe('y');
  });

  it('other options are other pods', () => {
    const annotations = (objects: Objects) =>
      objects.get('Deployment').spec?.template.metadata?.annotations;
    expect(annotations(render({ set: ['injection.mixed=skip'] }))).not.toEqual(
      annotations(render()),
    );
  });
});

describe.skipIf(withoutHelm)('the schema of the values', () => {
  it.each([
    ['replica=3', 'replica'],
    ['image.tga=x', 'tga'],
    ['certificates.self.caLifetim=1h', 'caLifetim'],
    ['injection.mixed=maybe', 'mixed'],
    ['webhook.timeoutSeconds=60', 'timeoutSeconds'],
    ['replicas=two', 'replicas'],
    ['leaderElection.leaseSeconds=3601', 'leaseSeconds'],
    ['lifecycle.progressDeadline=0h0m', 'progressDeadline'],
    ['injection.annotationPrefixes={a..b}', 'annotationPrefixes'],
    ['injection.kubernetesVersion=1.30x', 'kubernetesVersion'],
  ])('refuses %s, and says where', (set, name) => {
    const { ok, stderr } = template({ set: [set] });
    expect(ok).toBe(false);
    expect(stderr).toContain(name);
  });

  it('and helm lint find nothing to say against the chart', () => {
    const { ok, stdout } = helm('lint', '--strict', CHART);
    expect(stdout).toContain('0 chart(s) failed');
    expect(ok).toBe(true);
  });
});

/** Values that are maps of Kubernetes, with names of its own in them. */
const WHOLE = new Set(['resources']);

/** The values that have no comment before them; `enabled` may have it before what it switches. */
const silent = (map: YAMLMap<Scalar<string>>, path = ''): readonly string[] =>
  map.items.flatMap(({ key, value }, index) => {
    const name = path + key.value;
    // A comment before the first key of a map is kept as that of the map.
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    if (isGroup(value) && !WHOLE.has(name)) return silent(value, `${name}.`);
    return key.value === 'enabled' || typeof comment === 'string' ? [] : [name];
  });

const isGroup = (value: unknown): value is YAMLMap<Scalar<string>> =>
  isMap(value) && value.items.length > 0;

it('values.yaml says of every value what it is for', () => {
  const { contents } = parseDocument(readFileSync(`${CHART}/values.yaml`, 'utf8'));
  if (!isMap<Scalar<string>>(contents)) throw new Error('values.yaml is no map');
  expect(silent(contents)).toEqual([]);
});
