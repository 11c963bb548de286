import { pathOf, PODS } from '../cluster/resources.js';
import { controllerOf, metaOf } from '../core/model/pod.js';
import { list, map, type KubernetesObject, type Pod } from '../core/model/types.js';
import { isOver, observed, saysReady, type ObservedPod } from '../core/status/observed.js';
import type { DutyOptions } from './duty.js';

/** The label that the pods of one ReplicaSet share, and the one that every pod of a StatefulSet has. */
const [HASH, ORDINAL] = ['pod-template-hash', 'statefulset.kubernetes.io/pod-name'];

/** How the pods of a controller fare, injected or not. */
export interface Siblings {
  /** Those that have not ended and do not end. */
  readonly alive: readonly ObservedPod[];
  readonly areEnding: boolean;
}

/** Asks for the pods of a pod's controller: nobody keeps those that nothing was injected into. */
export async function siblingsOf(
  pod: Pod,
  { client }: Pick<DutyOptions, 'client'>,
  signal: AbortSignal,
): Promise<Siblings> {
  const { namespace = '', labels } = metaOf(pod);
  const owner = controllerOf(pod)?.uid;
  const answer = await client.request({
    method: 'GET',
    path: pathOf(PODS, { namespace }),
    query: { labelSelector: selectorOf(map(labels)) },
    signal,
  });
  const all = list((answer as { items?: readonly KubernetesObject[] }).items)
    .map((one) => observed(one))
    .filter((one) => one.owner?.uid === owner);
  return {
    alive: all.filter((one) => !isOver(one)),
    areEnding: all.some(({ isTerminating }) => isTerminating),
  };
}

/** What the others are sure to have, too; of other controllers all pods of the namespace are asked for. */
function selectorOf(labels: Readonly<Record<string, string>>): string | undefined {
  const hash = labels[HASH];
  if (hash !== undefined) return `${HASH}=${hash}`;
  return labels[ORDINAL] === undefined ? undefined : ORDINAL;
}

/** Whether all of them are there and serve, but for the one that is to go. */
export const areWell = ({ alive, areEnding }: Siblings, expected: number, except = ''): boolean =>
  !areEnding &&
  alive.length >= expected &&
  alive.every(({ uid, conditions }) => uid === except || saysReady(conditions));
