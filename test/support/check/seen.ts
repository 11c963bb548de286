import type { Answer, Unanswered } from '../../../src/survey/answer.js';
import { namesOf } from '../../../src/survey/names.js';
import type { Listing } from '../../../src/survey/reader.js';
import type { Objects, Seen } from '../../../src/check/seen.js';
import { issueAuthority, serialOf, type Issued } from '../../../src/certs/issue.js';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import type { Finding } from '../../../src/check/finding.js';
import { aDaemonSet, realNode, settings, superNode } from '../builders.js';
import {
  aCaSecret,
  aConfigMap,
  aDeployment,
  aLease,
  anEndpointSlice,
  anEntry,
  aService,
  aWebhook,
  policies,
  policyBindings,
} from './installed.js';

/** When the checks of these tests are made. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');

export const DAY = 24 * 3600 * 1000;

/** An authority that was made so many days before. */
export const authorityOf = (age: number): Promise<Issued> =>
  issueAuthority({ now: NOW - age * DAY, serial: serialOf(new Uint8Array(16).fill(age % 256)) });

/** The authority of the injector in these tests. */
export const authority = await authorityOf(10);

export const listed = (...items: readonly KubernetesObject[]): Answer<Listing> => ({
  value: { items, more: false },
});
export const nothing: Answer<Listing> = listed();
export const absent: Unanswered = { why: 'absent', what: 'not found' };
/** @param what such as `list nodes`. */
export const forbidden = (what: string): Unanswered => ({
  why: 'forbidden',
  what: `may not ${what}`,
});

export const aNamespace = (name: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...more },
});

const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };

/** A cluster with a super node and a worker, a marked DaemonSet, and an injector with which all is well. */
export const wellObjects: Objects = {
  version: { value: { gitVersion: 'v1.36.3' } },
  nodes: listed(superNode(ready), realNode(ready)),
  namespaces: listed(aNamespace('default'), aNamespace('ds-injector-system')),
  daemonSets: listed(aDaemonSet()),
  webhooks: listed(aWebhook(anEntry(authority.cert))),
  policies: listed(...policies),
  policyBindings: listed(...policyBindings),
  rbac: {
    clusterRoles: nothing,
    clusterRoleBindings: nothing,
    roles: nothing,
    roleBindings: nothing,
  },
  deployments: listed(aDeployment()),
  deployment: { value: aDeployment() },
  configMap: { value: aConfigMap('mixed: late') },
  service: { value: aService() },
  endpointSlices: listed(anEndpointSlice()),
  lease: { value: aLease(NOW - 5000) },
  caSecret: { value: aCaSecret({ 'ca.crt': authority.cert, 'ca.key': authority.key }) },
};

/** What is seen of that cluster, with other objects in their place. */
export const aSeen = (objects: Partial<Objects> = {}, more: Partial<Seen> = {}): Seen => ({
  names: namesOf({ namespace: 'ds-injector-system', release: 'ds-injector' }),
  settings: settings(),
  certificates: 'self',
  evicts: false,
  now: NOW,
  objects: { ...wellObjects, ...objects },
  ...more,
});

/** Before an installation. */
export const beforehand: Partial<Objects> = {
  webhooks: nothing,
  deployment: absent,
  deployments: nothing,
  service: absent,
  configMap: absent,
  lease: absent,
  caSecret: absent,
  endpointSlices: nothing,
  policies: nothing,
  policyBindings: nothing,
};

export const codesOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ code }) => code);
