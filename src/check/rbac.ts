import { type Answer } from '../survey/answer.js';
import { given } from './given.js';
import type { Finding } from './finding.js';
import { listAt, nameOf, namespaceOf, textAt, textsAt } from '../survey/raw.js';
import { NO_LISTING, type Listing } from '../survey/reader.js';
import type { Rbac } from './seen.js';

/** A right, as RBAC writes it. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, such as `pods/log`. */
  readonly resource: string;
}

/** Whether a rule of a role gives a right, on some objects at least. */
export function grants(rule: unknown, { verb, group, resource }: Right): boolean {
  const has = (field: string, ...wanted: readonly string[]): boolean =>
    textsAt(rule, field).some((one) => one === '*' || wanted.includes(one));
  const [, subresource] = resource.split('/');
  const anyOf = subresource === undefined ? [] : [`*/${subresource}`];
  return has('verbs', verb) && has('apiGroups', group) && has('resources', resource, ...anyOf);
}

/** Somebody who has a right. */
export interface Holder {
  /** `User alice`, `Group ops`, `ServiceAccount monitoring/agent`. */
  readonly subject: string;
  /** The namespaces in which it holds; undefined for all. */
  readonly namespaces: readonly string[] | undefined;
}

/** Who has one of some rights by RBAC. Other authorisers are not seen. */
export function holdersOf(rbac: Rbac, rights: readonly Right[]): readonly Holder[] {
  const giving = rolesGiving(rbac, rights);
  const found = new Map<string, Set<string> | undefined>();
  for (const binding of bindingsIn(rbac)) {
    const role = roleKeyOf(binding);
    if (!giving.has(role)) continue;
    const namespace = namespaceOf(binding);
    for (const subject of listAt(binding, 'subjects')) {
      note(found, subjectText(subject, namespace), namespace);
    }
  }
  return [...found].map(([subject, namespaces]) => ({
    subject,
    namespaces: namespaces && [...namespaces].sort(),
  }));
}

/** A cluster-wide holding says more than one in a namespace. */
function note(
  found: Map<string, Set<string> | undefined>,
  subject: string,
  namespace: string,
): void {
  const known = found.get(subject);
  if (namespace === '') found.set(subject, undefined);
  else if (known !== undefined) known.add(namespace);
  else if (!found.has(subject)) found.set(subject, new Set([namespace]));
}

function rolesGiving(rbac: Rbac, rights: readonly Right[]): ReadonlySet<string> {
  const roles = [...itemsIn(rbac.clusterRoles), ...itemsIn(rbac.roles)];
  return new Set(
    roles
      .filter((role) =>
        listAt(role, 'rules').some((rule) => rights.some((right) => grants(rule, right))),
      )
      .map((role) => keyOf(namespaceOf(role), nameOf(role))),
  );
}

const itemsIn = (answer: Answer<Listing>): Listing['items'] => {
  return 'value' in answer ? answer.value.items : NO_LISTING.items;
};
const bindingsIn = (rbac: Rbac): Listing['items'] => [
  ...itemsIn(rbac.clusterRoleBindings),
  ...itemsIn(rbac.roleBindings),
];

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

/** A binding in a namespace may name a ClusterRole, whose rights it then gives there. */
const roleKeyOf = (binding: unknown): string =>
  keyOf(
    textAt(binding, 'roleRef', 'kind') === 'Role' ? namespaceOf(binding) : '',
    textAt(binding, 'roleRef', 'name'),
  );

function subjectText(subject: unknown, namespace: string): string {
  const [kind, name] = [textAt(subject, 'kind'), textAt(subject, 'name')];
  const prefix = kind === 'ServiceAccount' ? `${textAt(subject, 'namespace') || namespace}/` : '';
  return `${kind} ${prefix}${name}`;
}

/** What is said where roles or bindings may not be read. */
export const rbacUnknown = (rbac: Rbac): readonly Finding[] =>
  [rbac.clusterRoles, rbac.clusterRoleBindings, rbac.roles, rbac.roleBindings].flatMap((answer) =>
    given(answer, () => []),
  );
