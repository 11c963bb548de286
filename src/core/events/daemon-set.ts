import type { Trouble } from '../condition/trouble.js';
import { defined } from '../model/defined.js';
import { metaOf } from '../model/pod.js';
import { textOf } from '../model/text.js';
import type { DaemonSet } from '../model/types.js';
import type { EventDraft, ObjectRef } from './draft.js';

/** A trouble of a DaemonSet in a pod. */
export interface TroubleAt extends Trouble {
  /** "namespace/name". */
  readonly pod: string;
  readonly node: string;
}

/** How a DaemonSet is referred to in its events. */
export function daemonSetRef(daemonSet: DaemonSet): ObjectRef {
  const { namespace, name, uid } = metaOf(daemonSet);
  const named = { namespace: textOf(namespace), name: textOf(name) };
  return defined({ apiVersion: 'apps/v1', kind: 'DaemonSet', ...named, uid });
}

/** What to say of the troubles of a DaemonSet: for each reason how many pods have it, and one of them. */
export function troubleEvents(
  regarding: ObjectRef,
  troubles: readonly TroubleAt[],
): readonly EventDraft[] {
  const reasons = [...new Set(troubles.map(({ reason }) => reason))].sort();
  return reasons.map((reason) => {
    const some = troubles.filter((one) => one.reason === reason).sort(byPod);
    const pods = new Set(some.map(({ pod }) => pod)).size;
    const nodes = new Set(some.map(({ node }) => node)).size;
    const { pod = '', node = '', container = '' } = some[0] ?? {};
    const count = `${counted(pods, 'pod')} on ${counted(nodes, 'virtual node')}`;
    const note = `${reason} in ${count}, as in pod ${pod} on ${node}, container ${container}`;
    return {
      regarding,
      type: 'Warning',
      reason: 'InjectedContainersFail',
      action: 'Injecting',
      note,
    };
  });
}

/**
 * What to say of the pods that go without a DaemonSet.
 *
 * @param skipped how many, by the reason.
 */
export function skipEvent(
  regarding: ObjectRef,
  skipped: Readonly<Record<string, number>>,
): EventDraft | undefined {
  const sums = Object.entries(skipped).filter(([, count]) => count > 0);
  if (sums.length === 0) return undefined;
  const total = sums.reduce((sum, [, count]) => sum + count, 0);
  const parts = sums
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([reason, count]) => `${count} ${reason}`);
  const note = `not in ${counted(total, 'pod')} on virtual nodes: ${parts.join(', ')}`;
  return { regarding, type: 'Normal', reason: 'Skipped', action: 'Injecting', note };
}

const counted = (count: number, what: string): string =>
  count === 1 ? `1 ${what}` : `${count} ${what}s`;

const byPod = (one: TroubleAt, other: TroubleAt): number =>
  one.pod < other.pod ? -1 : Number(one.pod > other.pod);
