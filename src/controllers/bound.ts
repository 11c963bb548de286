import { pause } from '../cluster/pause.js';
import { BoundPods, type BoundPodsOptions } from '../cluster/bound-pods.js';
import { isLeft } from '../core/decide/landing.js';
import { factsOf, type Facts } from '../core/facts/facts.js';
import { Bell } from './bell.js';
import type { DutyOptions } from './duty.js';

export interface BoundOptions
  extends
    Pick<DutyOptions, 'cluster' | 'current'>,
    Pick<BoundPodsOptions, 'client' | 'random' | 'times' | 'watch'> {}

/** The pods on virtual nodes, while somebody leads. */
export interface Bound extends Pick<BoundPods, 'pods' | 'unready'> {
  /** Over when the signal was aborted, and the last watch has ended. Never rejects. */
  readonly ended: Promise<void>;
}

/** Milliseconds in which nodes come and go together. */
const GATHER = 250;
/** Milliseconds between two looks at which nodes there are, if nobody tells of one. */
const LOOK = 60_000;
/** Milliseconds between two looks at whether the cluster is known. */
const SOON = 250;

/**
 * Keeps the pods on virtual nodes until the signal is aborted, whichever nodes come and go. One leader needs them: what
 * runs in pods that were never injected, nobody else asks.
 */
export function keepBound(options: BoundOptions, signal: AbortSignal): Bound {
  const { cluster, current } = options;
  const facts = (): Facts | undefined => {
    const seen = current();
    return seen && factsOf(seen.world, seen.settings);
  };
  const bound = new BoundPods({
    ...options,
    isVirtual: (node) => {
      const known = facts();
      return known && isVirtual(node, known);
    },
  });
  const bell = new Bell();
  const unlisten = cluster.listen((kind) => {
    if (kind === 'Node') bell.ring();
  });
  const run = async (): Promise<void> => {
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      const known = facts();
      if (known) bound.follow(virtualNodesIn(known));
      await bell.wait(known ? LOOK : SOON, signal);
      await pause(GATHER, signal);
    }
    unlisten();
    await bound.stop();
  };
  return { pods: bound.pods, unready: () => bound.unready(), ended: run() };
}

/** Whether containers are injected into the pods of a node; undefined for one that is not there. */
function isVirtual(node: string, { nodes, settings }: Facts): boolean | undefined {
  const place = nodes.named(node);
  if (place === undefined) return undefined;
  const { profile } = place.nodeClass;
  return profile !== undefined && !isLeft(profile, { settings });
}

function virtualNodesIn({ nodes, settings }: Facts): ReadonlySet<string> {
  const ours = [...nodes.classes].filter(
    ({ profile }) => profile !== undefined && !isLeft(profile, { settings }),
  );
  return new Set(ours.flatMap((one) => [...one.nodes.keys()]));
}
