import { PROVEN_ANNOTATION } from '../../../src/core/model/annotations.js';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import { until } from '../../cluster/until.js';
import { getJson } from './kubectl.js';

/**
 * Waits until all revisions of the DaemonSets of a namespace have been ready in a pod. Until then Jobs, native sidecars and
 * init containers come as ephemeral containers, in which they can hold nothing.
 */
export async function untilProven(namespace: string): Promise<void> {
  await until('proven revisions', async () => {
    const { items } = await getJson<{ items: readonly KubernetesObject[] }>(
      ...['controllerrevisions', '-n', namespace],
    );
    const open = items.filter(
      ({ metadata }) =>
        metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') === true &&
        metadata.annotations?.[PROVEN_ANNOTATION] !== 'true',
    );
    if (open.length > 0) throw new Error(open.map(({ metadata }) => metadata?.name).join(', '));
    return items.length > 0;
  });
}
