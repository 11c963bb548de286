import { injectedReady, isOver, type ObservedPod } from '../status/observed.js';
import { isHeldReady } from '../status/judge.js';
import type { RecordedDaemonSet } from '../record/record.js';
import type { Held, Lag, Revisions } from '../status/revisions.js';

/**
 * Where a pod stands on its way to the revision that its node wants:
 *
 * - `there`: it has it, or what it would get is the same.
 * - `unnamed`: it has what it would get, and its record names another revision.
 * - `behind`: it lacks it, and can get it while it runs.
 * - `trying`: it got it a moment ago, and is not ready yet.
 * - `failed`: it got it, and was not ready in time.
 * - `refused`: it had it, was not ready in time, and has the one before again.
 * - `outdated`: only another pod has it.
 */
export type Stage = 'there' | 'unnamed' | 'behind' | 'trying' | 'failed' | 'refused' | 'outdated';

/** A pod with containers of a DaemonSet, and where it stands. */
export interface Candidate {
  readonly pod: ObservedPod;
  readonly recorded: RecordedDaemonSet;
  readonly held: readonly Held[];
  /** Whether all that was injected is ready. */
  readonly isReady: boolean;
  readonly stage: Stage;
  /** Milliseconds until the time of one that is trying is over. */
  readonly left: number;
}

export interface StageQuestion {
  /** The revision that the node wants. */
  readonly wanted: string;
  readonly revisions: Revisions;
  /** Milliseconds in which a container that was changed has to become ready. */
  readonly progressDeadline: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @returns undefined for a pod that holds nothing of the DaemonSet that is to be believed, or that ends. */
export function candidateOf(pod: ObservedPod, question: StageQuestion): Candidate | undefined {
  const { revisions } = question;
  const recorded = revisions.recorded(pod);
  if (!recorded || isOver(pod)) return undefined;
  const held = revisions.held(pod);
  if (held.length === 0) return undefined;
  const isReady = hasRestarted(recorded, held) && held.every(isHeldReady);
  const known = { pod, recorded, held, isReady };
  if (recorded.revision === question.wanted)
    return { ...known, ...stageWithRevision(known, question) };
  return { ...known, stage: stageWithout(recorded, revisions.lag(pod, held), question), left: 0 };
}

/** A kubelet takes its time to restart a container whose image was changed. */
const hasRestarted = ({ update }: RecordedDaemonSet, held: readonly Held[]): boolean =>
  restartsOf(held) >= (update?.restarts ?? 0);

/** How many restarts containers have together. */
export const restartsOf = (held: readonly Held[]): number =>
  held.reduce((sum, { status }) => sum + (status?.restartCount ?? 0), 0);

type Known = Pick<Candidate, 'pod' | 'recorded' | 'isReady'>;

function stageWithRevision(
  { pod, recorded: { update }, isReady }: Known,
  { progressDeadline, now }: StageQuestion,
): Pick<Candidate, 'stage' | 'left'> {
  const end = Date.parse(update?.at ?? '') + progressDeadline;
  if (update?.from === undefined || isReady || Number.isNaN(end))
    return { stage: 'there', left: 0 };
  if (now < end) return { stage: 'trying', left: end - now };
  // What was ready once, and fails later, does not fail for the change.
  return { stage: unreadySince(pod) < end ? 'failed' : 'there', left: 0 };
}

function stageWithout({ update }: RecordedDaemonSet, lag: Lag, { wanted }: StageQuestion): Stage {
  if (lag === 'none') return 'unnamed';
  if (lag === 'outdated') return 'outdated';
  return update?.failed === wanted ? 'refused' : 'behind';
}

/** Milliseconds since 1970; a pod that does not say since when has always been so. */
function unreadySince({ conditions }: ObservedPod): number {
  const since = Date.parse(injectedReady(conditions)?.lastTransitionTime ?? '');
  return Number.isNaN(since) ? -Infinity : since;
}
