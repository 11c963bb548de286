import { describe, expect, it } from 'vitest';
import { policies, policyBindings } from '../../test/support/check/installed.js';
import {
  absent,
  aSeen,
  beforehand,
  codesOf,
  forbidden,
  listed,
  wellObjects,
} from '../../test/support/check/seen.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { Settings } from '../core/settings.js';
import { settings } from '../../test/support/builders.js';
import { findMarks } from './marks.js';
import type { Objects, Rbac } from './seen.js';

const [marking] = policies;
const all = listed(...policies);
const unenforced = policyBindings.map((one) => ({
  ...one,
  spec: { ...(one['spec'] as object), validationActions: ['Audit'] },
}));

it.each<[string, Partial<Objects>, readonly string[]]>([
  ['both policies', {}, ['marking_guarded', 'injector_limited']],
  ['none', { policies: listed() }, ['marking_not_guarded', 'injector_not_limited']],
  [
    'no such kind',
    { policies: absent, policyBindings: absent },
    ['marking_not_guarded', 'injector_not_limited'],
  ],
  ['one of them', { policies: listed(marking ?? {}) }, ['marking_guarded', 'injector_not_limited']],
  [
    'no bindings',
    { policies: all, policyBindings: listed() },
    ['marking_policy_idle', 'injector_not_limited'],
  ],
  [
    'bindings that only audit',
    { policyBindings: listed(...unenforced) },
    ['marking_policy_idle', 'injector_not_limited'],
  ],
  ['policies that one may not see', { policies: forbidden('list policies') }, ['not_allowed']],
  ['nothing installed', beforehand, []],
])('with %s', (_, objects, codes) => {
  expect(codesOf(findMarks(aSeen(objects)))).toEqual(codes);
});

const marks = ({ annotationPrefixes }: Pick<Settings, 'annotationPrefixes'>, from = policies) =>
  findMarks(aSeen({ policies: listed(...from) }, { settings: settings({ annotationPrefixes }) }));

it('says which marks the policy does not look at', () => {
  const annotationPrefixes = ['tencent.com/', 'a.example/', 'eks.tke.cloud.tencent.com/'];
  expect(marks({ annotationPrefixes })).toContainEqual({
    code: 'marking_policy_blind',
    items: [{ name: 'tencent.com/ds-injection' }, { name: 'a.example/ds-injection' }],
  });
});

it('knows a mark in double quotes, and in any of the policies that are enforced', () => {
  const from = policies.map((policy) => ({
    ...policy,
    spec: JSON.parse(
      JSON.stringify(policy['spec']).replaceAll(
        "'eks.tke.cloud",
        String.raw`\"b.example/ds-injection\" 'eks.tke.cloud`,
      ),
    ) as unknown,
  }));
  expect(codesOf(marks({ annotationPrefixes: ['b.example/'] }, from))).toEqual([
    'marking_guarded',
    'injector_limited',
  ]);
});

it('says nothing of marks where no policy guards any', () => {
  expect(codesOf(marks({ annotationPrefixes: ['a.example/'] }, []))).toEqual([
    'marking_not_guarded',
    'injector_not_limited',
  ]);
});

const role = (name: string, rules: readonly object[], namespace?: string): KubernetesObject => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules,
});
const binding = (roleRef: object, subjects: unknown, namespace?: string): KubernetesObject => ({
  metadata: { name: 'b', ...(namespace === undefined ? {} : { namespace }) },
  roleRef,
  subjects,
});
const onDaemonSets = (...verbs: readonly string[]): object => ({
  verbs,
  apiGroups: ['apps'],
  resources: ['daemonsets'],
});
const user = (name: string): object => ({ kind: 'User', name });
const rbacOf = (parts: Partial<Rbac>): Partial<Objects> => ({
  rbac: { ...wellObjects.rbac, ...parts },
});
const holdersWith = (parts: Partial<Rbac>, more: Partial<Objects> = {}): unknown =>
  findMarks(aSeen({ ...rbacOf(parts), ...more })).find(({ code }) => code === 'marking_rights')
    ?.items;

describe('who may mark', () => {
  const roles: Partial<Rbac> = {
    clusterRoles: listed(
      role('marker', [onDaemonSets('inject')]),
      role('writer', [onDaemonSets('create', 'update')]),
      role('all', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]),
      role('reader', [onDaemonSets('get')]),
    ),
    roles: listed(role('marker', [onDaemonSets('patch')], 'shop')),
    clusterRoleBindings: listed(
      binding({ kind: 'ClusterRole', name: 'marker' }, [user('mary')]),
      binding({ kind: 'ClusterRole', name: 'writer' }, [user('will')]),
      binding({ kind: 'ClusterRole', name: 'all' }, [{ kind: 'Group', name: 'ops' }, user('mary')]),
      binding({ kind: 'ClusterRole', name: 'reader' }, [user('rea')]),
      binding({ kind: 'ClusterRole', name: 'writer' }, [
        { kind: 'ServiceAccount', namespace: 'kube-system', name: 'daemon-set-controller' },
      ]),
    ),
    roleBindings: listed(
      binding({ kind: 'Role', name: 'marker' }, [user('sue'), user('will')], 'shop'),
      binding(
        { kind: 'ClusterRole', name: 'writer' },
        [{ kind: 'ServiceAccount', name: 'ci' }],
        'shop',
      ),
      binding(
        { kind: 'ClusterRole', name: 'writer' },
        [{ kind: 'ServiceAccount', name: 'ci', namespace: 'shop' }],
        'blog',
      ),
    ),
  };

  it('are those with the verb, where a policy asks for it', () => {
    expect(holdersWith(roles)).toEqual([
      { name: 'User mary', detail: 'everywhere' },
      { name: 'Group ops', detail: 'everywhere' },
    ]);
  });

  it('are all who may write DaemonSets, where none does', () => {
    expect(holdersWith(roles, { policies: listed() })).toEqual([
      { name: 'User will', detail: 'everywhere' },
      { name: 'Group ops', detail: 'everywhere' },
      { name: 'User mary', detail: 'everywhere' },
      { name: 'User sue', detail: 'in shop' },
      { name: 'ServiceAccount shop/ci', detail: 'in blog, shop' },
      { name: 'Kubernetes itself', detail: '1 of its accounts' },
    ]);
  });

  it('is told before an installation, too', () => {
    expect(holdersWith(roles, beforehand)).toHaveLength(6);
  });

  it('is not known where roles may not be looked at', () => {
    const refused = forbidden('list clusterroles');
    expect(codesOf(findMarks(aSeen(rbacOf({ clusterRoles: refused }))))).toContain('not_allowed');
  });

  it('does not fail on roles that are anything', () => {
    const hostile = [
      { rules: 7 },
      { rules: [null, { verbs: 'x' }] },
      { roleRef: [], subjects: {} },
    ];
    const listing = listed(...(hostile as KubernetesObject[]));
    const parts = {
      clusterRoles: listing,
      roles: listing,
      clusterRoleBindings: listing,
      roleBindings: listing,
    };
    expect(holdersWith(parts)).toBeUndefined();
  });
});
