import { DEEPEST, isDeeper } from '../core/model/depth.js';
import { metaOf } from '../core/model/pod.js';
import type { KubernetesObject, Node, Pod } from '../core/model/types.js';
import type { Profile } from '../core/profiles/profile.js';
import { profileOf } from '../core/profiles/recognise.js';
import { findMisfit, nodeShape } from '../core/model/shape.js';
import { factsOf } from '../core/facts/facts.js';
import { placeholderOf, type Placeholder } from '../core/status/placeholder.js';
import { WorldStore } from '../core/world/store.js';

import type { Judge, Scene } from '../core/findings/scene.js';

/** What was read of a cluster. */
export interface Lists {
  /** Nodes, namespaces, DaemonSets and ControllerRevisions. */
  readonly objects: readonly KubernetesObject[];
  readonly placeholders: readonly Pod[];
  /** Those on virtual nodes, and those that bear the injector's label. */
  readonly pods: readonly Pod[];
}

/** Sets the scene. */
export function sceneOf({ objects, placeholders }: Lists, judge: Judge): Scene {
  const all = [...objects, ...placeholders];
  // The injector's caches leave these out, too.
  const world = new WorldStore(all.filter((object) => !isDeeper(object, DEEPEST)));
  const nodes = new Map(world.nodes().map((node) => [metaOf(node).name ?? '', node]));
  const profile = (node: Node): Profile | undefined =>
    findMisfit(node, nodeShape) === undefined
      ? profileOf(node, judge.settings.profiles)
      : undefined;
  const newest = newestOf(placeholders.map(placeholderOf));
  return {
    ...judge,
    world,
    facts: factsOf(world, judge.settings),
    profileOf: (name) => {
      const node = nodes.get(name);
      return node && profile(node);
    },
    hasNode: (name) => nodes.has(name),
    placeholderOf: (daemonSet, node) => newest.get(pairOf(daemonSet, node)),
  };
}

const pairOf = (daemonSet: string, node: string): string => `${daemonSet} on ${node}`;

/** With maxSurge two of one node exist for a while: the one that was made last says what the node wants. */
function newestOf(placeholders: readonly Placeholder[]): ReadonlyMap<string, Placeholder> {
  const newest = new Map<string, Placeholder>();
  for (const one of placeholders) {
    const pair = pairOf(one.daemonSet, one.node);
    const other = newest.get(pair);
    if (other === undefined || isLater(one, other)) newest.set(pair, one);
  }
  return newest;
}

/** One that is on its way out gives way to any that stays. */
const isLater = (one: Placeholder, other: Placeholder): boolean =>
  one.isTerminating === other.isTerminating ? one.createdAt > other.createdAt : other.isTerminating;
