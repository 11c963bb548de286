import type { Request } from '../engine.js';
import type { Facts } from '../facts/facts.js';
import type { Outcome } from '../outcome.js';
import type { Profile } from '../profiles/profile.js';
import type { Settings } from '../settings.js';
import type { Placeholder } from '../status/placeholder.js';
import type { World } from '../world/world.js';

/** The injector's engine, as a parameter. */
export type Engine = (request: Request, world: World, settings: Settings) => Outcome;

/** By what they are judged. */
export interface Judge {
  readonly engine: Engine;
  readonly settings: Settings;
}

/** What there is to know whatever the pod. */
export interface Scene extends Judge {
  readonly world: World;
  readonly facts: Facts;
  /** Undefined for a node that is real, or that there is not. */
  readonly profileOf: (node: string) => Profile | undefined;
  readonly hasNode: (node: string) => boolean;
  /** The newest placeholder of a DaemonSet ("namespace/name") on a node. */
  readonly placeholderOf: (daemonSet: string, node: string) => Placeholder | undefined;
}

/** The revision that a node wants of a DaemonSet: its placeholder's; else the newest; empty for one that is not there. */
export function wantedOf(scene: Scene, daemonSet: string, node: string): string {
  const blueprint = scene.facts.daemonSets.find(daemonSet);
  if (blueprint === undefined) return '';
  const placed = scene.placeholderOf(daemonSet, node)?.revision ?? '';
  return placed === '' ? scene.facts.daemonSets.revisionOf(blueprint) : placed;
}
