/** A kind of object, as the API server's paths name it. */
export interface Resource {
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export const DAEMON_SETS: Resource = {
  kind: 'DaemonSet',
  group: 'apps',
  version: 'v1',
  plural: 'daemonsets',
};
export const CONTROLLER_REVISIONS: Resource = {
  kind: 'ControllerRevision',
  group: 'apps',
  version: 'v1',
  plural: 'controllerrevisions',
};
export const NODES: Resource = { kind: 'Node', group: '', version: 'v1', plural: 'nodes' };
export const NAMESPACES: Resource = {
  kind: 'Namespace',
  group: '',
  version: 'v1',
  plural: 'namespaces',
};
export const PODS: Resource = { kind: 'Pod', group: '', version: 'v1', plural: 'pods' };
export const DISRUPTION_BUDGETS: Resource = {
  kind: 'PodDisruptionBudget',
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
};
export const SECRETS: Resource = { kind: 'Secret', group: '', version: 'v1', plural: 'secrets' };
export const EVENTS: Resource = {
  kind: 'Event',
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
};
export const LEASES: Resource = {
  kind: 'Lease',
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
};
export const MUTATING_WEBHOOKS: Resource = {
  kind: 'MutatingWebhookConfiguration',
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'mutatingwebhookconfigurations',
};

/** Where an object lies; without a name, all of a namespace; without a namespace, all of the cluster. */
export interface Place {
  readonly namespace?: string;
  readonly name?: string;
}

/** The path of an object or of a list of them, such as `/apis/apps/v1/namespaces/a/daemonsets/b`. */
export function pathOf({ group, version, plural }: Resource, place: Place = {}): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const namespace =
    place.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(place.namespace)}`;
  const name = place.name === undefined ? '' : `/${encodeURIComponent(place.name)}`;
  return `${root}${namespace}/${plural}${name}`;
}
