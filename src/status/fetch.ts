import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  NAMESPACES,
  NODES,
  PODS,
} from '../cluster/resources.js';
import { INJECTED_LABEL, PLACEHOLDER_LABEL } from '../core/model/annotations.js';
import { metaOf } from '../core/model/pod.js';
import { findMisfit, nodeShape } from '../core/model/shape.js';
import type { KubernetesObject, Node, Pod } from '../core/model/types.js';
import { profileOf } from '../core/profiles/recognise.js';
import type { Settings } from '../core/settings.js';
import { isPlaceholder } from '../core/placeholder/placeholder.js';
import type { Answer } from '../survey/answer.js';
import { podsOn } from '../survey/pods-on.js';
import { titleOf } from '../survey/raw.js';
import { NO_LISTING, type Listing, type Reader } from '../survey/reader.js';
import type { Lists } from './lists.js';
import type { Target } from './status.js';

/** What was read, and what has to be said about it. */
export interface Fetched {
  readonly lists: Lists;
  /** Clauses: what nobody knows, or is left out. */
  readonly notes: readonly string[];
}

export interface FetchOptions {
  readonly settings: Settings;
  readonly target: Target | undefined;
  /** How many pods to look at, at most. */
  readonly most: number;
}

/** Of each other kind, no more than this many objects. */
const MOST = 20_000;

/**
 * Reads what a report follows from.
 *
 * @throws Error that says what may not be looked at, where nothing can be said without it.
 */
export async function fetchLists(reader: Reader, options: FetchOptions): Promise<Fetched> {
  const all = { most: MOST };
  const [nodes, daemonSets, namespaces, revisions, placeholders] = await Promise.all([
    reader.list(NODES, all),
    reader.list(DAEMON_SETS, all),
    reader.list(NAMESPACES, all),
    reader.list(CONTROLLER_REVISIONS, all),
    reader.list(PODS, { most: MOST, labelSelector: `${PLACEHOLDER_LABEL}=true` }),
  ]);
  const notes: string[] = [];
  const note = (what: string): void => void notes.push(what);
  const listed = needed(nodes);
  const pods = await fetchPods(reader, listed.items, options);
  if (pods.more) note(`there are more than ${options.most} pods; the rest is left out`);
  return {
    lists: {
      objects: [
        ...listed.items,
        ...needed(daemonSets).items,
        ...wanted(namespaces, note).items,
        ...wanted(revisions, note).items,
      ],
      placeholders: needed(placeholders).items,
      pods: pods.items,
    },
    notes,
  };
}

function needed<T>(answer: Answer<T>): T {
  if ('value' in answer) return answer.value;
  throw new Error(answer.why === 'forbidden' ? `you ${answer.what}` : answer.what);
}

function wanted(answer: Answer<Listing>, note: (what: string) => void): Listing {
  if ('value' in answer) return answer.value;
  note(answer.why === 'forbidden' ? `you ${answer.what}` : answer.what);
  return NO_LISTING;
}

async function fetchPods(
  reader: Reader,
  nodes: readonly Node[],
  { settings, target, most }: FetchOptions,
): Promise<Listing> {
  if (target?.kind === 'pod') {
    const { namespace = 'default', name } = target;
    const pod = await reader.get(PODS, { namespace, name });
    if ('why' in pod && pod.why === 'absent') return NO_LISTING;
    return { items: [{ ...needed(pod), kind: 'Pod' }], more: false };
  }
  const names = target?.kind === 'node' ? [target.name] : virtualNamesIn(nodes, settings);
  const [here, injected] = await Promise.all([
    podsOn(reader, names, most),
    target?.kind === 'node'
      ? { value: NO_LISTING }
      : reader.list(PODS, { most, labelSelector: `${INJECTED_LABEL}=true` }),
  ]);
  const listings = [needed(here), needed(injected)];
  return { items: each(listings), more: listings.some(({ more }) => more) };
}

/** Each pod once, and no placeholder. */
function each(listings: readonly Listing[]): readonly Pod[] {
  const pods = new Map<string, KubernetesObject>();
  for (const { items } of listings) {
    for (const pod of items) if (!isPlaceholder(pod)) pods.set(titleOf(pod), pod);
  }
  return [...pods.values()];
}

/** The names of the nodes that a profile recognises. */
export const virtualNamesIn = (nodes: readonly Node[], { profiles }: Settings): readonly string[] =>
  nodes
    .filter((node) => findMisfit(node, nodeShape) === undefined)
    .filter((node) => profileOf(node, profiles) !== undefined)
    .map((node) => metaOf(node).name ?? '');
