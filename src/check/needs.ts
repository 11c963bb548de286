import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  DISRUPTION_BUDGETS,
  EVENTS,
  LEASES,
  MUTATING_WEBHOOKS,
  NAMESPACES,
  NODES,
  PODS,
  SECRETS,
  type Resource,
} from '../cluster/resources.js';
import type { Names } from '../survey/names.js';
import type { Certificates } from './seen.js';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  POLICIES,
  POLICY_BINDINGS,
  ROLE_BINDINGS,
  ROLES,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../survey/resources.js';

/** Something that somebody has to be allowed to do. */
export interface Need {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, such as `pods/status`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

const need = (
  resource: Resource,
  verbs: readonly string[],
  place: Pick<Need, 'namespace' | 'name'> = {},
): readonly Need[] =>
  verbs.map((verb) => ({ verb, group: resource.group, resource: resource.plural, ...place }));

const WATCH = ['list', 'watch'];

/** Options of the injector on which it depends what it does. */
export interface Told {
  readonly certificates: Certificates;
  /** Whether it is to evict pods for any reason. */
  readonly evicts: boolean;
}

/** All that the injector does at the API server: the one list, to which the chart's roles are held. */
export function injectorNeeds(names: Names, { certificates, evicts }: Told): readonly Need[] {
  const { namespace, fullName, webhook, caSecret } = names;
  return [
    ...[DAEMON_SETS, CONTROLLER_REVISIONS, NODES, NAMESPACES, PODS].flatMap((resource) =>
      need(resource, WATCH),
    ),
    // A pod of a DaemonSet goes only when the DaemonSet itself was asked how many may be away.
    ...need(DAEMON_SETS, ['get']),
    ...need(CONTROLLER_REVISIONS, ['patch']),
    ...need(DISRUPTION_BUDGETS, WATCH),
    ...need(EVENTS, ['create', 'patch']),
    ...need(PODS, ['get', 'patch', 'delete']),
    ...need({ ...PODS, plural: `${PODS.plural}/ephemeralcontainers` }, ['patch']),
    ...need({ ...PODS, plural: `${PODS.plural}/status` }, ['patch']),
    ...(evicts ? need({ ...PODS, plural: `${PODS.plural}/eviction` }, ['create']) : []),
    ...need(LEASES, ['create'], { namespace }),
    ...need(LEASES, ['get', 'update'], { namespace, name: fullName }),
    ...(certificates === 'files'
      ? []
      : [
          ...need(SECRETS, ['create'], { namespace }),
          ...need(SECRETS, ['list', 'watch', 'update'], { namespace, name: caSecret }),
          ...need(MUTATING_WEBHOOKS, ['list', 'watch', 'patch'], { name: webhook }),
        ]),
  ];
}

/** What the roles of the chart give besides: the right to mark, which is bound to nobody. */
export const MARK: Need = { verb: 'inject', group: 'apps', resource: 'daemonsets' };

/** With these somebody may give more than they have. */
export const ESCALATION: readonly Need[] = need(CLUSTER_ROLES, ['escalate', 'bind']);

/** What an installation creates. Helm keeps its own notes in Secrets. */
export const installerNeeds = ({ namespace }: Names): readonly Need[] => [
  ...[
    CONFIG_MAPS,
    DEPLOYMENTS,
    LEASES,
    SERVICES,
    SERVICE_ACCOUNTS,
    DISRUPTION_BUDGETS,
    ROLES,
    ROLE_BINDINGS,
    SECRETS,
  ].flatMap((resource) => need(resource, ['create'], { namespace })),
  ...[CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, MUTATING_WEBHOOKS, POLICIES, POLICY_BINDINGS].flatMap(
    (resource) => need(resource, ['create']),
  ),
];

/** A need as people say it: `list nodes`, `get secrets ds-injector-system/ds-injector-ca`. */
export function needText({ verb, resource, namespace, name }: Need): string {
  const place = [namespace, name].filter((part) => part !== undefined).join('/');
  const where = name === undefined && namespace !== undefined ? `in ${namespace}` : place;
  return [verb, resource, where].filter((part) => part !== '').join(' ');
}
