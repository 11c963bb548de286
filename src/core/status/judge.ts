import { patienceFor } from './blocked.js';
import { injectedReady, isOver, type ContainerStatus, type ObservedPod } from './observed.js';
import type { RecordedDaemonSet } from '../record/record.js';
import type { Held, Lag, Revisions } from './revisions.js';

/** How long things may take, and how much may be wrong. */
export interface Rules {
  /** Milliseconds after which a pod whose injected containers never ran counts. */
  readonly progressDeadline: number;
  /** Per cent of the pods that count which may fail, rounded down to whole pods. */
  readonly unreadyTolerance: number;
  /** Whether somebody brings running pods to another revision; else those that lack it are outdated. */
  readonly updatesInPlace: boolean;
}

/** What is asked about a pod. */
export interface Question {
  readonly revisions: Revisions;
  readonly rules: Rules;
  /** Since when its node wants the revision, in RFC 3339. */
  readonly since: string;
  /** Since when a PodDisruptionBudget that never allows anything holds a pod; see `Limits`. */
  readonly blockedSince: (pod: ObservedPod) => number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a pod means for the placeholder of its node. */
export interface Judged {
  readonly pod: ObservedPod;
  readonly held: readonly Held[];
  readonly lag: Lag;
  /** Whether all that was injected is ready. */
  readonly isReady: boolean;
  /** Whether its trouble is one of the placeholder, too. */
  readonly counts: boolean;
  readonly fails: boolean;
  /** Milliseconds that it has left to begin: 0 if its time is over, or if it ran. */
  readonly left: number;
  /** Milliseconds that a budget is still waited for which never lets the pod be changed; 0 for none. */
  readonly patience: number;
}

/** @returns undefined for a pod that is none of the DaemonSet's, or that is on its way out. */
export function judge(pod: ObservedPod, question: Question): Judged | undefined {
  const { revisions } = question;
  if (isOver(pod)) return undefined;
  const held = revisions.held(pod);
  if (held.length === 0) return undefined;
  const { lag, patience } = lagOf(pod, revisions.lag(pod, held), question);
  const isReady = held.every(isHeldReady);
  const left = held.every(hasRun) ? 0 : timeLeft(beganAt(pod, revisions.recorded(pod)), question);
  const counts = left === 0 && (isReady || isToBlame(pod, lag, question));
  const fails = counts && !isWell(isReady, lag);
  return { pod, held, lag, isReady, counts, fails, left, patience };
}

function lagOf(
  pod: ObservedPod,
  lag: Lag,
  { rules: { updatesInPlace, progressDeadline }, blockedSince, since, now }: Question,
): Pick<Judged, 'lag' | 'patience'> {
  if (lag !== 'in-place') return { lag, patience: 0 };
  if (!updatesInPlace) return { lag: 'outdated', patience: 0 };
  const asked = { blockedSince: blockedSince(pod), since, progressDeadline, now };
  const patience = patienceFor(asked);
  return patience === 0 ? { lag: 'outdated', patience } : { lag, patience: patience ?? 0 };
}

/** A pod that is not ready says nothing of a revision that it cannot have, or that found it so. */
const isToBlame = (pod: ObservedPod, lag: Lag, { since }: Question): boolean =>
  lag !== 'outdated' && !wasUnready(pod, since);

const isWell = (isReady: boolean, lag: Lag): boolean => isReady && lag !== 'in-place';

/** One that runs to its end is ready when it has done so well. */
export const isHeldReady = ({ isInit, status }: Held): boolean =>
  status?.ready === true || (isInit && status?.state?.terminated?.exitCode === 0);

const hasRun = ({ status }: Held): boolean => status !== undefined && ranOnce(status);

const ranOnce = ({ restartCount = 0, state, lastState }: ContainerStatus): boolean =>
  restartCount > 0 ||
  state?.running !== undefined ||
  state?.terminated !== undefined ||
  lastState?.terminated !== undefined;

/** When a DaemonSet began in a pod, in RFC 3339; undefined where no kubelet has taken the pod yet. */
export const beganAt = (
  { startTime }: ObservedPod,
  recorded: RecordedDaemonSet | undefined,
): string | undefined => recorded?.since ?? startTime;

/** A pod that no kubelet has taken yet has not begun. */
function timeLeft(began: string | undefined, { rules, now }: Question): number {
  const start = Date.parse(began ?? '');
  return Number.isNaN(start) ? Infinity : Math.max(0, start + rules.progressDeadline - now);
}

/** Whether what was injected has not been ready since before a revision arrived, which then is not to blame. */
function wasUnready({ conditions }: ObservedPod, since: string): boolean {
  const told = injectedReady(conditions);
  if (told === undefined || told.status === 'True') return false;
  return Date.parse(told.lastTransitionTime ?? '') < Date.parse(since);
}
