import { ofDaemonSet, ofPair } from '../cluster/injected-pods.js';
import type { Placeholders } from '../cluster/placeholders.js';
import type { WorldListener } from '../cluster/world.js';
import { metaOf } from '../core/model/pod.js';
import { list } from '../core/model/types.js';
import type { Placeholder } from '../core/status/placeholder.js';

/** With `maxSurge` a node has two for a while: the younger speaks for it, and the older keeps what it said last. */
export function speaks(
  placeholder: Placeholder,
  placeholders: Pick<Placeholders, 'under'>,
): boolean {
  const { key, daemonSet, node, createdAt, isTerminating } = placeholder;
  if (isTerminating || node === '') return false;
  if (daemonSet === '') return true;
  return placeholders
    .under(ofPair(daemonSet, node))
    .every(
      (other) =>
        other.isTerminating ||
        other.createdAt < createdAt ||
        (other.createdAt === createdAt && other.key <= key),
    );
}

/** Finds the placeholders for which a change of DaemonSets and their revisions may matter. */
export const whichOf =
  (
    placeholders: Pick<Placeholders, 'all' | 'under'>,
    touch: (touched: readonly Placeholder[]) => void,
  ): WorldListener =>
  (kind, object) => {
    if (kind !== 'DaemonSet' && kind !== 'ControllerRevision') return;
    const { namespace = '', name = '', ownerReferences } = metaOf(object ?? {});
    if (!object) touch(placeholders.all());
    else if (kind === 'DaemonSet') touch(placeholders.under(ofDaemonSet(`${namespace}/${name}`)));
    else {
      for (const owner of list(ownerReferences)) {
        touch(placeholders.under(ofDaemonSet(`${namespace}/${owner.name ?? ''}`)));
      }
    }
  };
