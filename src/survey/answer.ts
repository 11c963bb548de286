import { ApiError } from '../cluster/api.js';
import { problemOf } from '../cluster/problems.js';

/** What the API server said to a question, or why nobody knows. */
export type Answer<T> = { readonly value: T } | Unanswered;

export interface Unanswered {
  /** `absent`: there is no such object, or the API server does not know its kind. */
  readonly why: 'forbidden' | 'absent' | 'failed';
  /** A clause: `may not list nodes`, or what went wrong. */
  readonly what: string;
  /** The API server's own words, as far as there are any. */
  readonly words?: string;
}

/**
 * Asks. A question that is refused or fails is an answer of its own, never the end.
 *
 * @param what what is done, such as `list nodes`.
 */
export async function ask<T>(what: string, question: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await question() };
  } catch (error) {
    return unanswered(what, error);
  }
}

function unanswered(what: string, error: unknown): Unanswered {
  const status = error instanceof ApiError ? error.status : 0;
  const words = problemOf(error);
  if (status === 403) return { why: 'forbidden', what: `may not ${what}`, words };
  return { why: status === 404 ? 'absent' : 'failed', what: words, words };
}

/** The value of an answer, or what stands for none. */
export const valueOr = <T>(answer: Answer<T>, none: T): T =>
  'value' in answer ? answer.value : none;

/** An answer that follows from another. */
export const mapped = <T, U>(answer: Answer<T>, change: (value: T) => U): Answer<U> =>
  'value' in answer ? { value: change(answer.value) } : answer;
