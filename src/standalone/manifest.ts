import type { KubernetesObject } from '../core/model/types.js';

/** Something in an input that cannot be read, with the place where a person can look. */
export interface Problem {
  /** The path as it was given or found; `-` is standard input. */
  readonly file: string;
  /** The document in the file, from 1; 0 if the problem is not in a document. */
  readonly document: number;
  /** The line in the file, from 1; 0 if there is none. */
  readonly line: number;
  readonly message: string;
}

/** One object of an input. */
export interface Manifest extends Omit<Problem, 'message'> {
  readonly object: KubernetesObject;
  /**
   * The text of the document, without its `---`, ending with a newline. It is absent for an object that came out of a
   * List, or whose document has directives of its own: those have no text that could stand alone.
   */
  readonly source?: string;
  /**
   * Numbers that JavaScript cannot hold exactly. `object` has the nearest that it can, so whoever uses or writes
   * `object` must refuse it; `source` and `exact` are exact.
   */
  readonly inexact: readonly Problem[];
  /** For an object out of a List with integers that are inexact in `object`: the same with these as `bigint`. */
  readonly exact?: KubernetesObject;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

/** `deploy.yaml:12 (document 2): what is wrong` */
export function problemText({ file, document, line, message }: Problem): string {
  const place = line > 0 ? `${file}:${line}` : file;
  return document > 0 ? `${place} (document ${document}): ${message}` : `${place}: ${message}`;
}

/** Problems that stop what was being done; of one document no more than a few, for most follow from the first. */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const told = withoutFlood(problems);
    super(told.map(problemText).join('\n'));
    this.name = 'InputError';
    this.problems = told;
  }
}

const TOLD_PER_DOCUMENT = 3;

function withoutFlood(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map<string, number>();
  const placeOf = ({ file, document }: Problem): string => JSON.stringify([file, document]);
  const count = (problem: Problem): number => (seen.get(placeOf(problem)) ?? 0) + 1;
  for (const problem of problems) seen.set(placeOf(problem), count(problem));
  const totals = new Map(seen);
  seen.clear();
  return problems.flatMap((problem) => {
    const nth = count(problem);
    seen.set(placeOf(problem), nth);
    // Problems that are in no document are of different files, or all there is to say of one.
    if (problem.document === 0 || nth <= TOLD_PER_DOCUMENT) return [problem];
    if (nth > TOLD_PER_DOCUMENT + 1) return [];
    const left = (totals.get(placeOf(problem)) ?? nth) - TOLD_PER_DOCUMENT;
    return [{ ...problem, line: 0, message: `and ${left} more` }];
  });
}
