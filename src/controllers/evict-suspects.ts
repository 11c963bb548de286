import { ofOwner } from '../cluster/injected-pods.js';
import type { Facts } from '../core/facts/facts.js';
import { keyOf } from '../core/findings/belief.js';
import type { Entry } from '../core/findings/book.js';
import type { Scene } from '../core/findings/scene.js';
import { stampOf } from '../core/findings/stamp.js';
import { list } from '../core/model/types.js';
import { isOver, saysReady, type Identity, type ObservedPod } from '../core/status/observed.js';
import { revisionsOf } from '../core/status/revisions.js';
import type { EvictOptions } from './evict.js';
import type { Reason } from './evictions.js';
import { sceneIn } from './scene.js';

/** A pod that may have to go. */
export interface Suspect extends Pick<Identity, 'key' | 'uid'> {
  /** As the caches have it; undefined for one that nothing was injected into. */
  readonly seen: ObservedPod | undefined;
  /** Never empty. */
  readonly reasons: readonly Reason[];
  /** The DaemonSets of which it can get the wanted revision in no other way. */
  readonly lagging: readonly string[];
  /** What it follows from that it would come back the same. */
  readonly stamp: string;
}

/**
 * The pods of a controller that may have to go, as far as the caches say.
 *
 * @param owner its uid.
 * @returns those that serve nobody first; of the others, the first by name.
 */
export function suspectsOf(owner: string, facts: Facts, options: EvictOptions): readonly Suspect[] {
  const { cluster, book, causes } = options;
  const scene = sceneIn(options, facts);
  const pods = new Map<string, Suspect>();
  for (const entry of book.ofOwner(owner)) {
    const reasons = reasonsIn(entry, options);
    if (reasons.length === 0) continue;
    const seen = cluster.injected.get(entry.key);
    pods.set(entry.key, {
      ...entry,
      seen,
      reasons,
      lagging: [],
      stamp: stampIn(entry, seen, facts),
    });
  }
  for (const seen of cluster.injected.under(ofOwner({ owner: undefined, uid: owner }))) {
    const lagging = causes.has('outdated') && !isOver(seen) ? laggingIn(seen, scene) : [];
    if (lagging.length === 0) continue;
    const outdated = lagging.map((daemonSet) => ({ cause: 'outdated', daemonSet }) as const);
    const reasons = [...(pods.get(seen.key)?.reasons ?? []), ...outdated];
    pods.set(seen.key, { ...seen, seen, reasons, lagging, stamp: stampFor(seen, facts) });
  }
  return [...pods.values()].filter(({ seen }) => !seen || !isOver(seen)).sort(byUse);
}

const reasonsIn = ({ problems }: Entry, { causes }: EvictOptions): readonly Reason[] =>
  [...causes].flatMap((cause) =>
    problems.filter(({ kind }) => kind === cause).map(({ daemonSet }) => ({ cause, daemonSet })),
  );

const byUse = (one: Suspect, other: Suspect): number =>
  Number(serves(one)) - Number(serves(other)) || (one.key < other.key ? -1 : 1);

const serves = ({ seen }: Suspect): boolean => seen === undefined || saysReady(seen.conditions);

/** The DaemonSets of a pod that only another pod can have as its node wants them. */
const laggingIn = (pod: ObservedPod, { facts, placeholderOf, settings }: Scene): string[] =>
  namesIn(pod).filter((daemonSet) => {
    const placeholder = placeholderOf(daemonSet, pod.node);
    if (placeholder === undefined) return false;
    const revisions = revisionsOf(placeholder, facts.daemonSets, settings);
    const held = revisions.held(pod);
    return held.length > 0 && revisions.lag(pod, held) === 'outdated';
  });

const namesIn = (pod: ObservedPod): readonly string[] => list(pod.record?.daemonSets).map(keyOf);

/** Whether a pod is as those should be that come in place of others which went for a reason. */
export function isHelped(pod: ObservedPod, { cause, daemonSet }: Reason, scene: Scene): boolean {
  const isThere = namesIn(pod).includes(daemonSet);
  if (cause === 'orphaned') return !isThere;
  return isThere && (cause === 'missed' || !laggingIn(pod, scene).includes(daemonSet));
}

const stampIn = ({ key, problems }: Entry, seen: ObservedPod | undefined, facts: Facts): string =>
  seen ? stampFor(seen, facts) : stampOfBare(key, problems, facts);

/** Nothing is kept of a pod that nothing was injected into, but where it is and what it lacks. */
function stampOfBare(key: string, problems: Entry['problems'], facts: Facts): string {
  const [namespace = ''] = key.split('/');
  const node = problems[0]?.node ?? '';
  return [
    ...[facts.stampOf(namespace), node, facts.nodes.named(node)?.nodeClass.signature],
    ...[facts.wanted.version, ...problems.map((one) => standingAt(one.daemonSet, node, facts))],
  ].join(' ');
}

/** What would come back depends on what is wanted on all nodes, and on what is there and has proven itself, too. */
const stampFor = (seen: ObservedPod, facts: Facts): string =>
  [
    ...[stampOf(seen, facts), facts.wanted.version],
    ...namesIn(seen).map((one) => standingAt(one, seen.node, facts)),
  ].join(' ');

function standingAt(daemonSet: string, node: string, { daemonSets, wanted }: Facts): string {
  const present = daemonSets.find(daemonSet);
  if (present === undefined) return '';
  const { proven, broken } = daemonSets.standingOf(present);
  const isThere = daemonSets.blueprintAt(present, wanted.of(present)?.at(node) ?? '') !== undefined;
  return [daemonSets.revisionOf(present), isThere, ...proven, '|', ...broken.keys()].join();
}
