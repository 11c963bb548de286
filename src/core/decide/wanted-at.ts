import type { Wanted } from '../facts/wanted.js';
import type { Landing } from './landing.js';
import { namesAt } from './spots.js';

/** The wishes of the nodes of a landing, as they were. */
interface Asked {
  readonly version: number;
  readonly revisions: readonly string[];
}

const known = new WeakMap<Landing, WeakMap<Wanted, Asked>>();

/**
 * The revisions that the placeholders of one DaemonSet want on the nodes on which a pod can land. The nodes are asked
 * again only after one of them has come to want something else.
 *
 * @returns none, one, or two of those that differ.
 */
export function wantedAt(wanted: Wanted, landing: Landing): readonly string[] {
  const ofLanding = known.get(landing) ?? new WeakMap<Wanted, Asked>();
  known.set(landing, ofLanding);
  const before = ofLanding.get(wanted);
  if (before?.version === wanted.version) return before.revisions;
  const revisions = ask(wanted, landing);
  ofLanding.set(wanted, { version: wanted.version, revisions });
  return revisions;
}

function ask(wanted: Wanted, { spots }: Landing): readonly string[] {
  let found: string | undefined;
  for (const spot of spots) {
    for (const name of namesAt(spot)) {
      const revision = wanted.at(name);
      if (revision === undefined || revision === found) continue;
      if (found !== undefined) return [found, revision];
      found = revision;
    }
  }
  return found === undefined ? [] : [found];
}
