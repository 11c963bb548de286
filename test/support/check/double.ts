import { inject } from '../../../src/core/engine.js';
import type { KubernetesObject, Pod } from '../../../src/core/model/types.js';
import { applyPatch } from '../../../src/core/patch/apply.js';
import { startApiServer, type ApiServer } from '../api-server/api-server.js';
import type { Call } from '../api-server/faults.js';
import { aDaemonSet, realNode, settings, superNode, worldOf } from '../builders.js';
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
import { aNamespace, authority, NOW } from './seen.js';

export interface DoubleOptions {
  /** Whether the injector is there, and answers. */
  readonly installed: boolean;
  /** The time that it tells. */
  readonly now?: number;
  /** Objects that are there besides. */
  readonly more?: readonly KubernetesObject[];
}

const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
const cluster: readonly KubernetesObject[] = [
  superNode(ready),
  realNode(ready),
  aNamespace('default'),
  aNamespace('ds-injector-system'),
  aDaemonSet(),
];
const injector: readonly KubernetesObject[] = [
  aDeployment(),
  aConfigMap('{mixed: late, cluster: in-cluster, certificates: self}'),
  aService(),
  anEndpointSlice(),
  aLease(NOW),
  aCaSecret({ 'ca.crt': authority.cert, 'ca.key': authority.key }),
  aWebhook(anEntry(authority.cert)),
];

/** A cluster in a double of the API server, which answers reviews, and injects into dry-run pods as an injector would. */
export async function startCluster(options: DoubleOptions): Promise<ApiServer> {
  const { installed, more = [] } = options;
  const api = await startApiServer({ respond: (call) => respond(call, options) });
  api.store.put(...cluster, ...(installed ? injector : []), ...more);
  return api;
}

function respond(call: Call, options: DoubleOptions): object | undefined {
  const kind = call.path.split('/').at(-1) ?? '';
  if (kind.endsWith('accessreviews')) return { status: { allowed: true } };
  if (kind === 'selfsubjectreviews') {
    const creationTimestamp = new Date(options.now ?? NOW).toISOString();
    return { metadata: { creationTimestamp }, status: { userInfo: { username: 'alice' } } };
  }
  if (kind === 'pods' && call.verb === 'create') return admitted(call.body as Pod, options);
  const items = listedHere(kind, options);
  return items && { metadata: { resourceVersion: '1' }, items };
}

/** Kinds that the double itself does not know. */
function listedHere(
  kind: string,
  { installed }: DoubleOptions,
): readonly KubernetesObject[] | undefined {
  if (/^(cluster)?role(binding)?s$/.test(kind)) return [];
  if (!kind.startsWith('validatingadmissionpolic')) return undefined;
  if (!installed) return [];
  return kind.endsWith('bindings') ? policyBindings : policies;
}

function admitted(pod: Pod, { installed, more = [] }: DoubleOptions): Pod {
  if (!installed) return pod;
  const world = worldOf([...cluster, ...more]);
  const { operations } = inject({ pod, namespace: 'default' }, world, settings());
  return applyPatch<Pod>(pod, operations);
}
