import { defined } from '../model/defined.js';
import { metaOf } from '../model/pod.js';
import type { Pod } from '../model/types.js';
import type { DaemonSetVerdict } from '../outcome.js';
import type { EventDraft } from './draft.js';

/** What to say of a pod that runs, lacks a DaemonSet, and does not get it. */
export function refusalEvent(
  pod: Pod,
  {
    namespace,
    name,
    reason,
    detail,
  }: Pick<DaemonSetVerdict, 'namespace' | 'name' | 'reason' | 'detail'>,
): EventDraft {
  const { uid, ...named } = metaOf(pod);
  const particulars = detail === undefined ? '' : ` (${detail})`;
  return {
    regarding: defined({
      ...{ apiVersion: 'v1', kind: 'Pod', uid },
      namespace: named.namespace ?? '',
      name: named.name ?? '',
    }),
    type: 'Normal',
    reason: 'NotInjected',
    action: 'Injecting',
    note: `DaemonSet ${namespace}/${name} is not added to the running pod: ${reason}${particulars}`,
  };
}
