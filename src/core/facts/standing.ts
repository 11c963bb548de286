import { BROKEN_ANNOTATION, PROVEN_ANNOTATION, REVISION_LABEL } from '../model/annotations.js';
import { metaOf } from '../model/pod.js';
import { map } from '../model/types.js';
import type { ControllerRevision } from '../model/types.js';

/** What is known of how the revisions of one DaemonSet did on virtual nodes. */
export interface Standing {
  /** Hashes of those whose injected containers have been ready, and whose init containers have completed; newest first. */
  readonly proven: readonly string[];
  /** Hashes of those that failed and never did that, each with what is said of it. */
  readonly broken: ReadonlyMap<string, string>;
}

/** A reason is somebody's text and goes into sentences. */
const REASON_LIMIT = 100;

/** The hash by which the pods of a revision name it. */
export const hashOf = (revision: ControllerRevision): string =>
  map(metaOf(revision).labels)[REVISION_LABEL] ?? metaOf(revision).name ?? '';

/**
 * Reads what a leader has written on the ControllerRevisions of a DaemonSet. What is proven is not broken any more.
 *
 * @param revisions the newest first.
 */
export function standingOf(revisions: readonly ControllerRevision[]): Standing {
  const isProven = (one: ControllerRevision): boolean =>
    map(metaOf(one).annotations)[PROVEN_ANNOTATION] === 'true';
  const broken = revisions.flatMap((one): readonly (readonly [string, string])[] => {
    const reason = map(metaOf(one).annotations)[BROKEN_ANNOTATION];
    return reason === undefined || isProven(one)
      ? []
      : [[hashOf(one), reason.slice(0, REASON_LIMIT)]];
  });
  return { proven: revisions.filter(isProven).map(hashOf), broken: new Map(broken) };
}
