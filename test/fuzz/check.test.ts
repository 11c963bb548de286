import { describe, expect, it } from 'vitest';
import { check, type Report } from '../../src/check/check.js';
import { namesOf } from '../../src/survey/names.js';
import { asData } from '../../src/check/report.js';
import { checkTable } from '../../src/cli/check-table.js';
import { ApiError, type ApiClient } from '../../src/cluster/api.js';
import { inject } from '../../src/core/engine.js';
import type { KubernetesObject } from '../../src/core/model/types.js';
import { aPod, settings } from '../support/builders.js';
import { anotherWebhook } from '../support/check/installed.js';
import { NOW, wellObjects } from '../support/check/seen.js';
import { copyOf, type Fields } from './json.js';
import { mutate } from './json-mutation.js';
import { Learned } from './learned.js';
import { Random } from './random.js';

const CASES = Number(process.env['FUZZ_CASES'] ?? 1500) / 5;
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

const itemsOf = (answer: unknown): readonly unknown[] =>
  (answer as { value: { items: readonly unknown[] } }).value.items;
const valueOf = (answer: unknown): unknown => (answer as { value: unknown }).value;
const listOf = (...items: readonly unknown[]): object => ({ metadata: {}, items });

const objects = wellObjects;
const aRole = {
  metadata: { name: 'r' },
  rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
};
const aBinding = {
  metadata: { name: 'b', namespace: 'shop' },
  roleRef: { kind: 'ClusterRole', name: 'r' },
  subjects: [{ kind: 'User', name: 'alice' }],
};
const bound = aPod({ metadata: { name: 'p', namespace: 'default' }, spec: { nodeName: 'super' } });

/** What an API server would say, by what is asked for. */
const answers: Fields = {
  '/version': valueOf(objects.version),
  '/nodes': listOf(...itemsOf(objects.nodes)),
  '/namespaces': listOf(...itemsOf(objects.namespaces)),
  '/daemonsets': listOf(...itemsOf(objects.daemonSets)),
  '/mutatingwebhookconfigurations': listOf(...itemsOf(objects.webhooks), anotherWebhook('a')),
  '/validatingadmissionpolicies': listOf(...itemsOf(objects.policies)),
  '/validatingadmissionpolicybindings': listOf(...itemsOf(objects.policyBindings)),
  '/clusterroles': listOf(aRole),
  '/clusterrolebindings': listOf({ ...aBinding, metadata: { name: 'c' } }),
  '/roles': listOf(aRole),
  '/rolebindings': listOf(aBinding),
  '/deployments': listOf(...itemsOf(objects.deployments)),
  '/endpointslices': listOf(...itemsOf(objects.endpointSlices)),
  '/pods': listOf(bound),
  '/deployments/ds-injector': valueOf(objects.deployment),
  '/configmaps/ds-injector': valueOf(objects.configMap),
  '/services/ds-injector': valueOf(objects.service),
  '/leases/ds-injector': valueOf(objects.lease),
  '/secrets/ds-injector-ca': valueOf(objects.caSecret),
  '/selfsubjectreviews': { metadata: { creationTimestamp: '2026-06-01T12:00:00Z' }, status: {} },
  '/subjectaccessreviews': { status: { allowed: true } },
  '/selfsubjectaccessreviews': { status: { allowed: true } },
};

function clientFor(all: Fields): ApiClient {
  return {
    request: ({ path, method, body }) => {
      if (path.endsWith('/pods') && method === 'POST')
        return Promise.resolve(body as KubernetesObject);
      const key = Object.keys(answers)
        .filter((one) => path.endsWith(one))
        .sort((one, other) => other.length - one.length)[0];
      const found = key === undefined ? undefined : all[key];
      // The client itself takes nothing but objects.
      return typeof found === 'object' && found !== null && !Array.isArray(found)
        ? Promise.resolve(found as KubernetesObject)
        : Promise.reject(new ApiError('none', { status: 404, reason: '', retryAfter: undefined }));
    },
    watch: () => expect.fail('it watches'),
    close: () => undefined,
  };
}

const learned = new Learned();
for (const answer of Object.values(answers)) learned.learn(answer);

function mutated(number: number): Fields {
  const random = new Random(SEED, number);
  const all = copyOf(answers);
  mutate(all, 1 + random.below(12), { random, learned, gentle: random.chance(0.3) });
  return all;
}

const checked = (all: Fields): Promise<Report> =>
  check(
    {
      names: namesOf({ namespace: 'ds-injector-system', release: 'ds-injector' }),
      judgement: () => ({
        settings: settings(),
        versionGiven: false,
        evicts: false,
        certificates: 'self',
      }),
      trialNamespace: 'default',
      limit: 100,
    },
    { client: clientFor(all), engine: inject, clock: () => NOW },
  );

describe('a cluster in which anything may be anything', () => {
  it('is looked at to the end, and told', { timeout: 20_000 + CASES * 100 }, async () => {
    const codes = new Set<string>();
    for (let number = 0; number < CASES; number += 1) {
      const report = await checked(mutated(number));
      const failed = report.findings.filter(({ code }) => code === 'not_understood');
      expect({ number, failed }).toEqual({ number, failed: [] });
      const table = checkTable(report, (_, text) => text);
      expect(table.replaceAll('\n', ''), `case ${number}`).not.toMatch(/\p{C}/u);
      expect(JSON.parse(JSON.stringify(asData(report)))).toMatchObject({ stage: report.stage });
      for (const { code } of report.findings) codes.add(code);
    }
    // Else it would have been refused at the door.
    expect(codes.size).toBeGreaterThan(30);
  });
});
