import { expect, it } from 'vitest';
import { aDeployment, aLease, aWebhook } from '../../test/support/check/installed.js';
import {
  absent,
  aSeen,
  beforehand,
  codesOf,
  forbidden,
  listed,
  NOW,
} from '../../test/support/check/seen.js';
import type { KubernetesObject } from '../core/model/types.js';
import { findInstallation } from './installation.js';
import { stageOf, type Objects } from './seen.js';

const replicas = (wanted: number, readyReplicas?: number): Partial<Objects> => ({
  deployment: {
    value: { ...aDeployment(), spec: { replicas: wanted }, status: { readyReplicas } },
  },
});
const other = (object: KubernetesObject, metadata: object): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, ...metadata },
});

it.each<[string, Partial<Objects>, readonly string[]]>([
  ['all is well', {}, ['replicas_ready', 'leader_present']],
  ['nothing is there', beforehand, ['not_installed']],
  [
    'only the webhook is there',
    { ...beforehand, webhooks: listed(aWebhook()) },
    ['deployment_missing', 'leader_missing'],
  ],
  ['one replica of two is ready', replicas(2, 1), ['replicas_not_ready', 'leader_present']],
  ['none is', replicas(2), ['no_replica_ready', 'leader_present']],
  ['there is one', replicas(1, 1), ['replicas_ready', 'single_replica', 'leader_present']],
  [
    'the Lease has run out',
    { lease: { value: aLease(NOW - 16_000) } },
    ['replicas_ready', 'leader_lost'],
  ],
  [
    'nobody took the Lease',
    { lease: { value: { kind: 'Lease' } } },
    ['replicas_ready', 'leader_missing'],
  ],
  ['there is no Lease', { lease: absent }, ['replicas_ready', 'leader_missing']],
  ['one may not look', { lease: forbidden('get Lease') }, ['replicas_ready', 'not_allowed']],
  [
    'another release is there',
    {
      deployments: listed(aDeployment(), other(aDeployment(), { namespace: 'elsewhere' })),
      webhooks: listed(aWebhook(), other(aWebhook(), { name: 'x-ds-injector' })),
    },
    ['replicas_ready', 'leader_present', 'second_release'],
  ],
])('where %s', (_, objects, codes) => {
  expect(codesOf(findInstallation(aSeen(objects)))).toEqual(codes);
});

it('says who leads, and since when nothing was heard of them', () => {
  expect(findInstallation(aSeen())[1]?.detail).toBe('ds-injector-1, renewed 5 seconds ago');
});

it('takes 15 seconds for a Lease that does not say how long it holds', () => {
  const lease = aLease(NOW - 14_000);
  const value = { ...lease, spec: { ...(lease['spec'] as object), leaseDurationSeconds: 'x' } };
  expect(codesOf(findInstallation(aSeen({ lease: { value } })))).toContain('leader_present');
});

it.each([
  [31_000, 'it is 31 seconds ahead'],
  [-90_000, 'it is 90 seconds behind'],
])('says that the clock is off by %d ms', (ahead, detail) => {
  expect(findInstallation(aSeen({}, { ahead }))).toContainEqual({ code: 'clock_differs', detail });
});

it('says nothing of clocks that differ by less than a network makes them', () => {
  expect(codesOf(findInstallation(aSeen({}, { ahead: 2000 })))).not.toContain('clock_differs');
});

it('does not know whether it is installed where nothing of it may be looked at', () => {
  const refused = forbidden('look');
  const blind = { webhooks: refused, deployment: refused, service: refused };
  expect(stageOf(aSeen(blind))).toBe('unknown');
  expect(stageOf(aSeen({ ...blind, service: absent }))).toBe('unknown');
  expect(stageOf(aSeen(beforehand))).toBe('not_installed');
  expect(codesOf(findInstallation(aSeen(blind)))).not.toContain('not_installed');
});
