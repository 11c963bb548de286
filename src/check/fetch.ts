import {
  DAEMON_SETS,
  LEASES,
  MUTATING_WEBHOOKS,
  NAMESPACES,
  NODES,
  SECRETS,
} from '../cluster/resources.js';
import { OWN_NAME, OWN_NAME_LABEL, type Names } from '../survey/names.js';
import type { Reader } from '../survey/reader.js';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  POLICIES,
  POLICY_BINDINGS,
  ROLE_BINDINGS,
  ROLES,
  SERVICES,
} from '../survey/resources.js';
import type { Objects, Rbac } from './seen.js';

/** Of each kind, no more than this many objects: enough for the largest clusters, and no more than memory holds. */
const MOST = 20_000;

/** Fetches what is looked at in any case. What cannot be had is in its place as a refusal. */
export async function fetchObjects(
  reader: Reader,
  names: Names,
): Promise<Omit<Objects, 'version'>> {
  const [cluster, own, rbac] = await Promise.all([
    fetchCluster(reader),
    fetchOwn(reader, names),
    fetchRbac(reader),
  ]);
  return { ...cluster, ...own, rbac };
}

async function fetchCluster(
  reader: Reader,
): Promise<
  Pick<
    Objects,
    | 'nodes'
    | 'namespaces'
    | 'daemonSets'
    | 'webhooks'
    | 'policies'
    | 'policyBindings'
    | 'deployments'
  >
> {
  const [nodes, namespaces, daemonSets] = await Promise.all([
    reader.list(NODES, { most: MOST }),
    reader.list(NAMESPACES, { most: MOST }),
    reader.list(DAEMON_SETS, { most: MOST }),
  ]);
  const [webhooks, policies, policyBindings, deployments] = await Promise.all([
    reader.list(MUTATING_WEBHOOKS, { most: MOST }),
    reader.list(POLICIES, { most: MOST }),
    reader.list(POLICY_BINDINGS, { most: MOST }),
    reader.list(DEPLOYMENTS, { most: MOST, labelSelector: `${OWN_NAME_LABEL}=${OWN_NAME}` }),
  ]);
  return {
    nodes,
    namespaces,
    daemonSets,
    webhooks,
    policies,
    policyBindings,
    deployments,
  };
}

async function fetchOwn(
  reader: Reader,
  { namespace, fullName, caSecret: secretName }: Names,
): Promise<
  Pick<Objects, 'deployment' | 'configMap' | 'service' | 'endpointSlices' | 'lease' | 'caSecret'>
> {
  const named = { namespace, name: fullName };
  const [deployment, configMap, service, lease, caSecret, endpointSlices] = await Promise.all([
    reader.get(DEPLOYMENTS, named),
    reader.get(CONFIG_MAPS, named),
    reader.get(SERVICES, named),
    reader.get(LEASES, named),
    reader.get(SECRETS, { namespace, name: secretName }),
    reader.list(ENDPOINT_SLICES, {
      namespace,
      labelSelector: `kubernetes.io/service-name=${fullName}`,
      most: MOST,
    }),
  ]);
  return { deployment, configMap, service, lease, caSecret, endpointSlices };
}

async function fetchRbac(reader: Reader): Promise<Rbac> {
  const all = { most: MOST };
  const [clusterRoles, clusterRoleBindings, roles, roleBindings] = await Promise.all([
    reader.list(CLUSTER_ROLES, all),
    reader.list(CLUSTER_ROLE_BINDINGS, all),
    reader.list(ROLES, all),
    reader.list(ROLE_BINDINGS, all),
  ]);
  return { clusterRoles, clusterRoleBindings, roles, roleBindings };
}
