import * as known from '../../../src/cluster/resources.js';
import type { Resource } from '../../../src/cluster/resources.js';
import type { KubernetesObject } from '../../../src/core/model/types.js';

const core = (kind: string, plural: string): Resource => ({
  kind,
  group: '',
  version: 'v1',
  plural,
});

/** Every kind that the double serves. */
const KINDS: readonly Resource[] = [
  ...Object.values(known).filter((value) => typeof value === 'object'),
  core('Service', 'services'),
  core('ConfigMap', 'configmaps'),
  core('ServiceAccount', 'serviceaccounts'),
  core('Event', 'events'),
  { kind: 'Deployment', group: 'apps', version: 'v1', plural: 'deployments' },
  { kind: 'EndpointSlice', group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
];

const CLUSTER_WIDE = ['nodes', 'namespaces', 'mutatingwebhookconfigurations'];

export const isClusterWide = ({ plural }: Resource): boolean => CLUSTER_WIDE.includes(plural);

export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`;

/** The kind of an object; an object without an apiVersion is taken as well. */
export function resourceOf({ kind, apiVersion }: KubernetesObject): Resource {
  const found = KINDS.find(
    (one) => one.kind === kind && [undefined, apiVersionOf(one)].includes(apiVersion),
  );
  if (!found) throw new Error(`the double does not serve ${String(apiVersion)} ${String(kind)}`);
  return found;
}

/** What a path is about. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /**
   * `status`, of which a write changes nothing but the status and annotations, or `ephemeralcontainers` of a pod, of which
   * it does nothing but add such, or `eviction` of a pod.
   */
  readonly subresource?: string | undefined;
}

/** @returns undefined for a path that is none of the kinds that are served. */
export function targetOf(path: string): Target | undefined {
  const parts = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(.+)$/.exec(path);
  if (!parts) return undefined;
  const [group, version, rest] = parts.slice(1).map((part: string | undefined) => part ?? '');
  const steps = (rest ?? '').split('/').map(decodeURIComponent);
  const inNamespace = steps[0] === 'namespaces' && steps.length > 2;
  const [plural, name, subresource, ...others] = inNamespace ? steps.slice(2) : steps;
  const resource = KINDS.find(
    (one) => one.group === group && one.version === version && one.plural === plural,
  );
  if (!resource || !subresourcesOf(resource).includes(subresource) || others.length > 0) {
    return undefined;
  }
  return { resource, namespace: inNamespace ? steps[1] : undefined, name, subresource };
}

const subresourcesOf = ({ plural }: Resource): readonly (string | undefined)[] =>
  plural === 'pods'
    ? [undefined, 'status', 'ephemeralcontainers', 'eviction']
    : [undefined, 'status'];
