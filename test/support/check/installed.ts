import type { KubernetesObject } from '../../../src/core/model/types.js';

/** An injector as the chart installs it, in objects, of which a test changes what it is about. */

const META = { namespace: 'ds-injector-system', name: 'ds-injector' };
const LABELS = {
  'app.kubernetes.io/name': 'ds-injector',
  'app.kubernetes.io/instance': 'ds-injector',
};

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const aDeployment = (): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...META, labels: LABELS },
  spec: {
    replicas: 2,
    template: {
      spec: {
        serviceAccountName: 'ds-injector',
        containers: [
          { name: 'ds-injector', args: ['serve', '--config=/etc/ds-injector/config.yaml'] },
        ],
        volumes: [{ name: 'config', configMap: { name: 'ds-injector' } }],
      },
    },
  },
  status: { readyReplicas: 2 },
});

export const aConfigMap = (options: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: META,
  data: { 'config.yaml': options },
});

export const aService = (): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: META,
  spec: { ports: [{ name: 'webhook', port: 443, targetPort: 'webhook' }] },
});

export const anEndpointSlice = (): KubernetesObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    namespace: META.namespace,
    name: 'ds-injector-abcde',
    labels: { 'kubernetes.io/service-name': 'ds-injector' },
  },
  endpoints: [
    { addresses: ['10.0.0.1'], conditions: { ready: true } },
    { addresses: ['10.0.0.2'], conditions: {} },
  ],
});

/** @param now milliseconds since 1970, when it was renewed. */
export const aLease = (now: number): KubernetesObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: META,
  spec: {
    holderIdentity: 'ds-injector-1',
    leaseDurationSeconds: 15,
    renewTime: new Date(now).toISOString().replace('Z', '000Z'),
  },
});

/** @param files certificates in PEM, by the keys of the Secret. */
export const aCaSecret = (files: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: META.namespace, name: 'ds-injector-ca' },
  data: Object.fromEntries(Object.entries(files).map(([key, pem]) => [key, base64(pem)])),
});

/** The entry of the webhook configuration. */
export const anEntry = (caBundle: string): Record<string, unknown> => ({
  name: 'pods.ds-injector.io',
  clientConfig: {
    service: { ...META, path: '/mutate', port: 443 },
    caBundle: base64(caBundle),
  },
  rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
  failurePolicy: 'Ignore',
  timeoutSeconds: 5,
  reinvocationPolicy: 'IfNeeded',
  matchPolicy: 'Equivalent',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  objectSelector: {},
  namespaceSelector: {
    matchExpressions: [
      { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['ds-injector-system'] },
    ],
  },
  matchConditions: [
    {
      name: 'no-mirror-pod',
      expression:
        "!(has(object.metadata.annotations) && 'kubernetes.io/config.mirror' in object.metadata.annotations)",
    },
  ],
});

export const aWebhook = (...entries: readonly unknown[]): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'ds-injector', labels: LABELS },
  webhooks: entries,
});

/** Another's webhook configuration, for pods. */
export const anotherWebhook = (
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name },
  webhooks: [
    {
      name: `${name}.example.org`,
      rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }],
      failurePolicy: 'Ignore',
      ...more,
    },
  ],
});

/** The policies of the chart, as far as they are looked at, with their bindings. */
export const policies: readonly KubernetesObject[] = [
  {
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'ds-injector-marking' },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: ['apps'], resources: ['daemonsets'] }] },
      matchConditions: [
        {
          name: 'marked',
          expression:
            "object.?metadata.?annotations[?'eks.tke.cloud.tencent.com/ds-injection'].orValue('') == 'true'",
        },
      ],
      validations: [
        { expression: "authorizer.group('apps').resource('daemonsets').check('inject').allowed()" },
      ],
    },
  },
  {
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'ds-injector-self' },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: ['*'], resources: ['*/*'] }] },
      matchConditions: [
        {
          name: 'the-injector',
          expression:
            "request.userInfo.username == 'system:serviceaccount:ds-injector-system:ds-injector'",
        },
      ],
    },
  },
];

export const policyBindings: readonly KubernetesObject[] = policies.map((policy) => ({
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: policy.metadata?.name ?? '' },
  spec: { policyName: policy.metadata?.name, validationActions: ['Deny'] },
}));
