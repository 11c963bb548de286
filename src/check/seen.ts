import { DEEPEST, isDeeper } from '../core/model/depth.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { Outcome } from '../core/outcome.js';
import type { Request } from '../core/engine.js';
import type { Settings } from '../core/settings.js';
import { WorldStore } from '../core/world/store.js';
import type { World } from '../core/world/world.js';
import { mapped, valueOr, type Answer } from '../survey/answer.js';
import type { Names } from '../survey/names.js';
import { isMap, nameOf, textAt } from '../survey/raw.js';
import { NO_LISTING, type Listing } from '../survey/reader.js';

/** Everything that the findings follow from. */
export interface Seen {
  readonly names: Names;
  readonly settings: Settings;
  readonly certificates: Certificates;
  /** Whether it is to evict pods for any reason. */
  readonly evicts: boolean;
  /** Milliseconds since 1970, by the clock of the API server where it tells its time. */
  readonly now: number;
  /** By how many milliseconds this machine is ahead of the API server, if that is known. */
  readonly ahead?: number;
  readonly objects: Objects;
}

/** Whether the injector makes its certificates itself, or they are given to it. */
export type Certificates = 'self' | 'files';

/** What was fetched. */
export interface Objects {
  readonly version: Answer<KubernetesObject>;
  readonly nodes: Answer<Listing>;
  readonly namespaces: Answer<Listing>;
  readonly daemonSets: Answer<Listing>;
  readonly webhooks: Answer<Listing>;
  readonly policies: Answer<Listing>;
  readonly policyBindings: Answer<Listing>;
  readonly rbac: Rbac;
  /** Deployments of any release of the injector. */
  readonly deployments: Answer<Listing>;
  readonly deployment: Answer<KubernetesObject>;
  readonly configMap: Answer<KubernetesObject>;
  readonly service: Answer<KubernetesObject>;
  readonly endpointSlices: Answer<Listing>;
  readonly lease: Answer<KubernetesObject>;
  readonly caSecret: Answer<KubernetesObject>;
}

export interface Rbac {
  readonly clusterRoles: Answer<Listing>;
  readonly clusterRoleBindings: Answer<Listing>;
  readonly roles: Answer<Listing>;
  readonly roleBindings: Answer<Listing>;
}

/** The injector's engine, as a parameter. */
export type Engine = (request: Request, world: World, settings: Settings) => Outcome;

/** What the injector would know of this cluster. */
export function worldOf({ nodes, namespaces, daemonSets }: Objects): WorldStore {
  const objects = [nodes, namespaces, daemonSets].flatMap(
    (answer) => valueOr(answer, NO_LISTING).items,
  );
  // The injector's caches leave these out, too.
  return new WorldStore(objects.filter((object) => !isDeeper(object, DEEPEST)));
}

/** The webhook configuration of the release; `absent` if it is not among those of the cluster. */
export function ownWebhook({ objects, names }: Seen): Answer<KubernetesObject> {
  const found = mapped(objects.webhooks, ({ items }) =>
    items.find((item) => nameOf(item) === names.webhook),
  );
  if (!('value' in found)) return found;
  return found.value === undefined
    ? { why: 'absent', what: `get MutatingWebhookConfiguration ${names.webhook}` }
    : { value: found.value };
}

export type Stage = 'installed' | 'not_installed' | 'unknown';

/** Whether any part of the release is there. */
export function stageOf(seen: Seen): Stage {
  const { deployment, service } = seen.objects;
  const parts = [ownWebhook(seen), deployment, service];
  if (parts.some((answer) => 'value' in answer)) return 'installed';
  return parts.every((answer) => 'why' in answer && answer.why === 'absent')
    ? 'not_installed'
    : 'unknown';
}

/** The release counts as there unless it is known that no part of it is. */
export const isInstalled = (seen: Seen): boolean => stageOf(seen) !== 'not_installed';

/** A Kubernetes version as the API server tells it; empty if it tells none. */
export const gitVersionOf = ({ version }: Objects): string =>
  'value' in version && isMap(version.value) ? textAt(version.value, 'gitVersion') : '';
