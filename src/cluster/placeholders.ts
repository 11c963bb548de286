import { placeholderOf, prunedPlaceholder, type Placeholder } from '../core/status/placeholder.js';
import { Cache } from './cache.js';
import { ofDaemonSet, ofPair, onNode } from './injected-pods.js';

/** Placeholders with their status. */
export type Placeholders = Cache<Placeholder>;

/** Placeholders by the nodes that they stand for, by their DaemonSets, and by both. */
export const placeholders = (): Placeholders =>
  new Cache({
    keep: prunedPlaceholder,
    read: placeholderOf,
    under: ({ node, daemonSet }) => [onNode(node), ofDaemonSet(daemonSet), ofPair(daemonSet, node)],
  });
