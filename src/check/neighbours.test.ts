import { expect, it } from 'vitest';
import { anEntry, anotherWebhook, aWebhook } from '../../test/support/check/installed.js';
import { aSeen, authority, codesOf, forbidden, listed } from '../../test/support/check/seen.js';
import { realNode, settings } from '../../test/support/builders.js';
import type { KubernetesObject } from '../core/model/types.js';
import { findNeighbours } from './neighbours.js';
import type { Objects, Seen } from './seen.js';

const own = aWebhook(anEntry(authority.cert));
const real = { nodes: listed(realNode()) };
const beside = (...others: readonly KubernetesObject[]): Partial<Objects> => ({
  ...real,
  webhooks: listed(own, ...others),
});
const forServices = {
  rules: [
    { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['services'] },
  ],
};

it.each<[string, Partial<Objects>, readonly string[]]>([
  ['there is nobody', beside(), ['no_other_injector']],
  ['there is one for services', beside(anotherWebhook('a', forServices)), ['no_other_injector']],
  ['one comes later', beside(anotherWebhook('istio-sidecar-injector')), ['other_injectors']],
  [
    'one comes earlier',
    beside(anotherWebhook('a')),
    ['other_injectors', 'other_injectors_unseeing'],
  ],
  [
    'one comes earlier, and again',
    beside(anotherWebhook('a', { reinvocationPolicy: 'IfNeeded' })),
    ['other_injectors'],
  ],
  ['one may not look', { ...real, webhooks: forbidden('list') }, ['not_allowed']],
  ['the platform reads the mark', {}, ['no_other_injector', 'platform_reads_mark']],
])('where %s', (_, objects, codes) => {
  expect(codesOf(findNeighbours(aSeen(objects)))).toEqual(codes);
});

it.each<[string, Partial<Seen>]>([
  ['has them', { settings: settings({ leaveToPlatform: ['tencent'] }) }],
  ['reads another prefix', { settings: settings({ annotationPrefixes: ['example.org/'] }) }],
])('does not warn of a platform that %s', (_, more) => {
  expect(codesOf(findNeighbours(aSeen({}, more)))).toEqual(['no_other_injector']);
});

it('says who they are, when they are called, and what becomes of a pod without them', () => {
  const others = [
    anotherWebhook('vault-agent-injector-cfg', { failurePolicy: 'Fail' }),
    anotherWebhook('0500-amazon-eks-fargate-mutation.amazonaws.com', {
      reinvocationPolicy: 'IfNeeded',
    }),
    anotherWebhook('of-our-own-making'),
  ];
  expect(findNeighbours(aSeen(beside(...others)))[0]?.items).toEqual([
    {
      name: '0500-amazon-eks-fargate-mutation.amazonaws.com',
      detail: 'AWS Fargate, called before, again if needed',
    },
    { name: 'of-our-own-making', detail: 'not known, called after' },
    { name: 'vault-agent-injector-cfg', detail: 'Vault, called after, fails closed' },
  ]);
});

it.each([
  ['istio-sidecar-injector', 'Istio'],
  ['linkerd-proxy-injector-webhook-config', 'Linkerd'],
  ['kruise-mutating-webhook-configuration', 'OpenKruise SidecarSet'],
  ['datadog-webhook', 'Datadog'],
  ['opentelemetry-operator-mutation', 'OpenTelemetry operator'],
  ['fluid-pod-admission-webhook', 'Fluid'],
  ['pod-identity-webhook', 'AWS pod identity'],
  ['vpa-webhook-config', 'Vertical Pod Autoscaler'],
  ['azure-wi-webhook-mutating-webhook-configuration', 'Azure workload identity'],
])('knows %s as %s', (name, known) => {
  const item = findNeighbours(aSeen(beside(anotherWebhook(name))))[0]?.items?.[0];
  expect(item?.detail).toContain(known);
});
