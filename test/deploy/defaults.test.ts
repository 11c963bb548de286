import { describe, expect, it } from 'vitest';
import { NAMESPACE, type Objects, render, withoutHelm } from './chart.js';

const podOf = (objects: Objects) => {
  const template = objects.get('Deployment').spec?.template.spec;
  const container = template?.containers[0];
  if (template === undefined || container === undefined) throw new Error('no container');
  return { template, container };
};

const webhookOf = (objects: Objects) => {
  const configuration = objects.get('MutatingWebhookConfiguration');
  const [webhook] = configuration.webhooks ?? [];
  if (webhook === undefined) throw new Error('no webhook');
  return webhook;
};

describe.skipIf(withoutHelm)('the chart with its defaults', () => {
  it('needs no types that a bare cluster lacks, and brings no Namespace', () => {
    expect(render().names()).toEqual([
      'ClusterRole ds-injector',
      'ClusterRole ds-injector-marker',
      'ClusterRoleBinding ds-injector',
      'ConfigMap ds-injector',
      'Deployment ds-injector',
      'Lease ds-injector',
      'MutatingWebhookConfiguration ds-injector',
      'PodDisruptionBudget ds-injector',
      'Role ds-injector',
      'RoleBinding ds-injector',
      'Secret ds-injector-ca',
      'Service ds-injector',
      'ServiceAccount ds-injector',
      'ValidatingAdmissionPolicy ds-injector-marking',
      'ValidatingAdmissionPolicy ds-injector-self',
      'ValidatingAdmissionPolicyBinding ds-injector-marking',
      'ValidatingAdmissionPolicyBinding ds-injector-self',
    ]);
  });

  it('asks for reviews of new pods only, and never stands in their way', () => {
    const { matchConditions, ...webhook } = webhookOf(render());
    expect(webhook).toEqual({
      name: 'pods.ds-injector.io',
      // No caBundle: an upgrade would take away the one that the injector puts there.
      clientConfig: {
        service: { name: 'ds-injector', namespace: NAMESPACE, path: '/mutate', port: 443 },
      },
      rules: [
        {
          operations: ['CREATE'],
          apiGroups: [''],
          apiVersions: ['v1'],
          resources: ['pods'],
          scope: 'Namespaced',
        },
      ],
      failurePolicy: 'Ignore',
      timeoutSeconds: 5,
      reinvocationPolicy: 'IfNeeded',
      matchPolicy: 'Equivalent',
      sideEffects: 'None',
      admissionReviewVersions: ['v1', 'v1beta1'],
      objectSelector: {},
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [NAMESPACE] },
        ],
      },
    });
    expect(matchConditions?.map(({ name }) => name)).toEqual([
      'no-mirror-pod',
      'not-opted-out',
      'kube-system-opts-in',
    ]);
  });

  it('is called after the webhook that Fargate pods are known by', () => {
    const { metadata } = render().get('MutatingWebhookConfiguration');
    const names = [metadata?.name, '0500-amazon-eks-fargate-mutation.amazonaws.com'];
    expect(names.sort()[1]).toBe('ds-injector');
  });

  it('meets the Pod Security level restricted', () => {
    const { template, container } = podOf(render());
    expect(template.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(template.volumes?.flatMap((volume) => Object.keys(volume)).sort()).toEqual([
      'configMap',
      'name',
    ]);
  });

  it('mounts a token where it is needed only', () => {
    const objects = render();
    expect(objects.get('ServiceAccount').automountServiceAccountToken).toBe(false);
    expect(podOf(objects).template.automountServiceAccountToken).toBe(true);
  });

  it('runs both replicas on one node where there is no other', () => {
    const objects = render();
    const { template, container } = podOf(objects);
    expect(objects.get('Deployment').spec?.replicas).toBe(2);
    expect(
      template.topologySpreadConstraints?.map(({ topologyKey, whenUnsatisfiable }) => [
        topologyKey,
        whenUnsatisfiable,
      ]),
    ).toEqual([
      ['kubernetes.io/hostname', 'ScheduleAnyway'],
      ['topology.kubernetes.io/zone', 'ScheduleAnyway'],
    ]);
    expect(container.ports?.some(({ hostPort }) => hostPort !== undefined)).toBe(false);
    expect(Object.keys(template.affinity?.nodeAffinity ?? {})).toEqual([
      'preferredDuringSchedulingIgnoredDuringExecution',
    ]);
    expect(Object.keys(template.affinity ?? {})).toEqual(['nodeAffinity']);
  });

  it('has a new replica serve before an old one goes, and lets that one end its reviews', () => {
    const { spec } = render().get('Deployment');
    expect(spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    // settleSeconds and drainSeconds, and something for the rest.
    expect(spec?.template.spec?.terminationGracePeriodSeconds).toBeGreaterThan(5 + 10);
  });

  it('takes the image that `npm run image` makes, and does not ask a registry for it', () => {
    const { container } = podOf(render());
    expect(container.image).toBe('ds-injector:dev');
    expect(container.imagePullPolicy).toBe('IfNotPresent');
  });

  it('holds what is written at run time without its content, so that an uninstall takes it along', () => {
    const objects = render();
    const secret = objects.get('Secret');
    expect([secret.data, secret.stringData]).toEqual([undefined, undefined]);
    expect(objects.get('Lease')).not.toHaveProperty('spec');
  });
});
