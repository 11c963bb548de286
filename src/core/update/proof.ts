import type { Standing } from '../facts/standing.js';
import { beganAt } from '../status/judge.js';
import type { Held } from '../status/revisions.js';
import type { Candidate } from './stage.js';

/** What is to be noted of a revision: that its containers have been ready, or why it is not to be injected any more. */
export interface Finding {
  readonly revision: string;
  /** Empty where it is proven. */
  readonly broken: string;
}

/**
 * Finds what pods say of the revisions that they hold. One pod that is ready proves a revision; one that is not, long after
 * it began, breaks it where no pod is ready with it and where it was never proven.
 *
 * @param candidates pods with containers of one DaemonSet, whatever revision their nodes want.
 * @param deadline milliseconds that a pod has to become ready with what it holds.
 * @param now milliseconds since 1970.
 */
export function findingsOf(
  candidates: readonly Candidate[],
  standing: Standing,
  { deadline, now }: { readonly deadline: number; readonly now: number },
): readonly Finding[] {
  const open = candidates.filter(({ recorded }) => !standing.proven.includes(recorded.revision));
  const ready = new Set(
    open.filter((one) => untilProof(one, now) === 0).map(({ recorded }) => recorded.revision),
  );
  const broken = new Map<string, string>();
  for (const candidate of open) {
    const revision = failedRevision(candidate, now - deadline);
    if (revision === undefined || ready.has(revision) || broken.has(revision)) continue;
    if (!standing.proven.includes(revision)) broken.set(revision, troubleIn(candidate));
  }
  return [
    ...[...ready].map((revision) => ({ revision, broken: '' })),
    ...[...broken]
      .filter(([revision]) => !standing.broken.has(revision))
      .map(([revision, why]) => ({ revision, broken: why })),
  ];
}

/** Milliseconds that an ephemeral container has to run to prove a revision: it has no probe that would say it sooner. */
const TRIAL = 30_000;

/**
 * Milliseconds until a pod that goes on like this proves the revision that it holds: none where it does so already.
 *
 * @returns Infinity for a pod that is not ready.
 */
export const untilProof = ({ isReady, held }: Candidate, now: number): number =>
  isReady ? Math.max(0, ...held.map((one) => trialOf(one, now))) : Infinity;

function trialOf({ isEphemeral, isInit, status }: Held, now: number): number {
  if (!isEphemeral || isInit) return 0;
  const began = Date.parse(status?.state?.running?.startedAt ?? '');
  return Number.isNaN(began) ? TRIAL : began + TRIAL - now;
}

/** The revision that a pod has failed with, if it has. */
function failedRevision(
  { recorded, stage, isReady, pod }: Candidate,
  before: number,
): string | undefined {
  if (stage === 'refused') return recorded.update?.failed;
  if (stage === 'failed') return recorded.revision;
  const began = Date.parse(recorded.update?.at ?? beganAt(pod, recorded) ?? '');
  return !isReady && began < before ? recorded.revision : undefined;
}

/** A program's own words may hold anything, so only reasons are told. */
function troubleIn({ held, pod, stage }: Candidate): string {
  if (stage === 'refused') return `taken back in pod ${pod.key}`;
  const wrong = held.find(({ status }) => status?.ready !== true);
  return `${reasonOf(wrong)}: container ${wrong?.name ?? ''} in pod ${pod.key}`;
}

function reasonOf(held: Candidate['held'][number] | undefined): string {
  const { waiting, terminated } = held?.status?.state ?? {};
  return waiting?.reason ?? terminated?.reason ?? 'not ready';
}
