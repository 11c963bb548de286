import { describe, expect, it } from 'vitest';
import {
  anEndpointSlice,
  anEntry,
  anotherWebhook,
  aService,
  aWebhook,
} from '../../test/support/check/installed.js';
import {
  absent,
  aNamespace,
  aSeen,
  authority,
  beforehand,
  codesOf,
  forbidden,
  listed,
} from '../../test/support/check/seen.js';
import type { Objects } from './seen.js';
import { findWebhook } from './webhook.js';

const FARGATE = anotherWebhook('0500-amazon-eks-fargate-mutation.amazonaws.com');
/** All is well but for this field of the entry. */
const entry = (field: string, value: unknown): Partial<Objects> => ({
  webhooks: listed(aWebhook({ ...anEntry(authority.cert), [field]: value })),
});
const service = (more: object): object => ({
  service: { namespace: 'ds-injector-system', name: 'ds-injector', port: 443, ...more },
});
const rule = (more: object): readonly object[] => [
  { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], ...more },
];
const behind = ['service_ready', 'namespaces_selected'];

it.each<[string, Partial<Objects>, readonly string[]]>([
  ['all is well', {}, ['webhook_sound', ...behind]],
  ['it is still to be installed', beforehand, []],
  ['there is none', { webhooks: listed() }, ['webhook_missing']],
  ['one may not look', { webhooks: forbidden('list') }, ['not_allowed']],
  ['it has no entry', { webhooks: listed(aWebhook()) }, ['webhook_without_entry']],
  [
    'it is for updates',
    entry('rules', rule({ operations: ['UPDATE'] })),
    ['webhook_without_entry'],
  ],
  [
    'it is for another API group',
    entry('rules', rule({ apiGroups: ['apps'] })),
    ['webhook_without_entry'],
  ],
  ['it is for the cluster', entry('rules', rule({ scope: 'Cluster' })), ['webhook_without_entry']],
  [
    'it is no list',
    { webhooks: listed({ ...aWebhook(), webhooks: 'x' }) },
    ['webhook_without_entry'],
  ],
  [
    'it is for updates as well',
    entry('rules', rule({ operations: ['*'] })),
    ['webhook_rules_wide', ...behind],
  ],
  [
    'it is for all resources',
    entry('rules', rule({ resources: ['*'] })),
    ['webhook_rules_wide', ...behind],
  ],
  ['it fails closed', entry('failurePolicy', 'Fail'), ['webhook_fails_closed', ...behind]],
  [
    'it does not say how it fails',
    entry('failurePolicy', undefined),
    ['webhook_fails_closed', ...behind],
  ],
  ['it has long', entry('timeoutSeconds', 30), ['webhook_timeout_long', ...behind]],
  [
    'it is called once',
    entry('reinvocationPolicy', undefined),
    ['webhook_not_reinvoked', ...behind],
  ],
  ['it matches exactly', entry('matchPolicy', 'Exact'), ['webhook_exact_match', ...behind]],
  [
    'it selects pods',
    entry('objectSelector', { matchLabels: { a: 'b' } }),
    ['webhook_object_selector', ...behind],
  ],
  ['it spares none', entry('matchConditions', undefined), ['webhook_not_spared', ...behind]],
  [
    'it speaks another version',
    entry('admissionReviewVersions', ['v2']),
    ['webhook_review_version', ...behind],
  ],
  ['it selects itself', entry('namespaceSelector', {}), ['webhook_selects_itself', ...behind]],
  [
    'it comes before Fargate',
    {
      webhooks: listed(FARGATE, {
        ...aWebhook(anEntry('')),
        metadata: { name: 'ds-injector' },
      }),
    },
    ['webhook_sound', ...behind],
  ],
  [
    'it calls another Service',
    entry('clientConfig', service({ name: 'x' })),
    ['webhook_sound', 'webhook_calls_elsewhere', 'namespaces_selected'],
  ],
  [
    'it calls a URL',
    entry('clientConfig', { url: 'https://a/mutate' }),
    ['webhook_sound', 'webhook_by_url', 'namespaces_selected'],
  ],
  [
    'the Service is gone',
    { service: absent },
    ['webhook_sound', 'service_missing', 'namespaces_selected'],
  ],
  [
    'the Service has another port',
    { service: { value: { ...aService(), spec: { ports: [{ port: 8443 }] } } } },
    ['webhook_sound', 'service_without_port', 'namespaces_selected'],
  ],
  [
    'nothing is behind it',
    { endpointSlices: listed() },
    ['webhook_sound', 'service_without_endpoints', 'namespaces_selected'],
  ],
  [
    'nothing behind it is ready',
    {
      endpointSlices: listed({
        ...anEndpointSlice(),
        endpoints: [{ conditions: { ready: false } }],
      }),
    },
    ['webhook_sound', 'service_without_endpoints', 'namespaces_selected'],
  ],
])('where %s', (_, objects, codes) => {
  expect(codesOf(findWebhook(aSeen(objects)))).toEqual(codes);
});

it('says that it comes before the webhook that knows pods of Fargate', () => {
  const early = { ...aWebhook(anEntry(authority.cert)), metadata: { name: '0001-ds-injector' } };
  const names = { ...aSeen().names, webhook: '0001-ds-injector' };
  const seen = aSeen({ webhooks: listed(FARGATE, early) }, { names });
  expect(codesOf(findWebhook(seen))).toContain('webhook_sorts_early');
});

describe('of namespaces', () => {
  const namespaces = listed(
    aNamespace('shop', { labels: { team: 'a' } }),
    aNamespace('legacy'),
    aNamespace('out', { annotations: { 'eks.tke.cloud.tencent.com/ds-injection': 'false' } }),
    aNamespace('ds-injector-system'),
  );

  it.each<[string, unknown, readonly string[]]>([
    ['in', { matchLabels: { team: 'a' } }, ['legacy']],
    [
      'by name',
      {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['shop'] },
        ],
      },
      ['shop'],
    ],
    ['by absence', { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, ['shop']],
    ['by presence', { matchExpressions: [{ key: 'team', operator: 'Exists' }] }, ['legacy']],
    [
      'by value',
      { matchExpressions: [{ key: 'team', operator: 'In', values: ['b'] }] },
      ['shop', 'legacy'],
    ],
    [
      'in no way that is known',
      { matchExpressions: [{ key: 'team', operator: 'Like' }] },
      ['shop', 'legacy'],
    ],
    ['by something that is no selector', 'all', ['shop', 'legacy']],
  ])('those are named that are not selected %s', (_, selector, names) => {
    const seen = aSeen({ ...entry('namespaceSelector', selector), namespaces });
    expect(findWebhook(seen)).toContainEqual({
      code: 'namespaces_not_selected',
      items: names.map((name) => ({ name })),
    });
  });

  it('those are named that have opted out', () => {
    expect(findWebhook(aSeen({ namespaces }))).toContainEqual({
      code: 'namespaces_opted_out',
      items: [{ name: 'out' }],
    });
  });
});
