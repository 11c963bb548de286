import type { Candidate } from './stage.js';

/** What is to be done on a node, as far as the node alone has a say in it. */
export interface Work {
  /** Pods that are to get the revision before again. */
  readonly revert: readonly Candidate[];
  /** Pods whose record is to name the revision. */
  readonly name: readonly Candidate[];
  /** Pods that may get the revision, in this order, and as many of them at most as there is room for. */
  readonly update: readonly Candidate[];
  readonly room: number;
  /** Milliseconds until there may be more to do by the passing of time alone. */
  readonly lookAgain: number | undefined;
}

/**
 * Chooses among the pods of a node that hold a DaemonSet. The first pod that gets a revision is a canary: the others wait
 * until one is ready with it, and nobody gets it any more where that failed. After that, so many are changed at once, and no
 * more are where so many have failed.
 *
 * @param rate the part of the node's pods that may be changed at once, from 0 to 1; one may be always.
 */
export function chooseWork(candidates: readonly Candidate[], rate: number): Work {
  const at = (stage: Candidate['stage']): readonly Candidate[] =>
    candidates.filter((one) => one.stage === stage);
  const isProven = at('there').some(({ isReady }) => isReady);
  const trying = at('trying');
  const failures = at('failed').length + at('refused').length;
  const limit = isProven ? Math.max(1, Math.floor(candidates.length * rate)) : 1;
  return {
    revert: at('failed'),
    name: at('unnamed'),
    update: [...at('behind')].sort(byUse),
    room: Math.max(0, limit - trying.length - failures),
    lookAgain: trying.length > 0 ? Math.min(...trying.map(({ left }) => left)) : undefined,
  };
}

/** Pods that are not ready lose nothing; of the others, the first by name. */
const byUse = (one: Candidate, other: Candidate): number =>
  Number(one.isReady) - Number(other.isReady) || (one.pod.key < other.pod.key ? -1 : 1);
