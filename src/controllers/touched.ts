import type { Budgets } from '../cluster/budgets.js';
import { daemonSetsIn, ofDaemonSet, ofPair } from '../cluster/injected-pods.js';
import type { Placeholders } from '../cluster/placeholders.js';
import type { WorldListener } from '../cluster/world.js';
import type { DutyOptions } from './duty.js';
import type { KeyedQueue } from './queue.js';
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

/** Adds the keys of placeholders. */
export type Touch = (touched: readonly Placeholder[]) => void;

/** What a duty about placeholders listens to. */
export interface Hearing {
  readonly cluster: DutyOptions['cluster'];
  /** Milliseconds in which changes come together. */
  readonly gather: number;
  /** Begins to listen to what touches placeholders. @returns what ends each. */
  readonly hear: (touch: Touch) => readonly (() => void)[];
}

/** Adds all placeholders that there are, and from then on those that were touched. @returns what ends it. */
export function listenFor(
  { cluster, gather, hear }: Hearing,
  queue: Pick<KeyedQueue, 'add'>,
): () => void {
  const touch: Touch = (touched) => {
    for (const { key } of touched) queue.add(key, gather);
  };
  const ends = hear(touch);
  touch(cluster.placeholders.all());
  return () => {
    for (const end of ends) end();
  };
}

/** Touches a placeholder that has changed, or is gone. @param went besides, when one is gone. */
export const ofThemselves = (
  { placeholders }: Hearing['cluster'],
  touch: Touch,
  went: (before: Placeholder) => void = () => undefined,
): (() => void) =>
  placeholders.listen((before, after) => {
    touch([before, after].filter((one) => one !== undefined));
    if (before && !after) went(before);
  });

/** Touches the placeholders for which an injected pod counts, or has counted. */
export const ofInjected = (
  { placeholders, injected }: Hearing['cluster'],
  touch: Touch,
): (() => void) =>
  injected.listen((before, after) => {
    for (const pod of [before, after]) {
      for (const daemonSet of pod ? daemonSetsIn(pod) : []) {
        touch(placeholders.under(ofPair(daemonSet, pod?.node ?? '')));
      }
    }
  });

/** Touches the placeholders of pods in a namespace where a budget began, or ceased, to block for good. */
export const ofBlocking = (
  budgets: Pick<Budgets, 'listen'>,
  { placeholders, injected }: Hearing['cluster'],
  touch: Touch,
): (() => void) =>
  budgets.listen((before, after) => {
    if (before?.blocksSince === after?.blocksSince) return;
    const namespace = (after ?? before)?.namespace;
    for (const pod of injected.all()) {
      if (pod.namespace !== namespace) continue;
      for (const one of daemonSetsIn(pod)) touch(placeholders.under(ofPair(one, pod.node)));
    }
  });
