import { ApiError, GarbageError, UnreachableError } from './api.js';
import { isExpired } from './lists.js';
import { problemOf } from './problems.js';
import type { RestartCause, WatchState } from './states.js';

/** Why an attempt to list and watch came to its end. */
export interface Ending {
  readonly cause: RestartCause;
  /** For a person; undefined if nothing is wrong. */
  readonly problem?: string;
  /** Milliseconds that the API server asked for. */
  readonly retryAfter?: number | undefined;
}

const CAUSES: ReadonlyMap<number, RestartCause> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not_served'],
  [429, 'throttled'],
]);

/** The states in which the next attempt is waited for, where it has one of its own. */
const STATES: Readonly<Partial<Record<RestartCause, WatchState>>> = {
  stalled: 'stalled',
  forbidden: 'forbidden',
  unauthorized: 'unauthorized',
  not_served: 'not_served',
};

export const stateAfter = (cause: RestartCause): WatchState => STATES[cause] ?? 'backing_off';

/** What came could not be understood, or we failed on it. */
export const isUnintelligible = (cause: RestartCause | undefined): boolean =>
  cause === 'garbage' || cause === 'internal';

/** Whether changes cannot be watched from where they ended. */
export const needsList = (cause: RestartCause): boolean =>
  cause === 'expired' || isUnintelligible(cause);

export function endingOf(error: unknown): Ending {
  // A version that is too old is no problem: everything is read anew.
  if (isExpired(error)) return { cause: 'expired' };
  const problem = problemOf(error);
  if (error instanceof ApiError) {
    return { cause: CAUSES.get(error.status) ?? 'refused', problem, retryAfter: error.retryAfter };
  }
  return { cause: causeOf(error), problem };
}

function causeOf(error: unknown): RestartCause {
  const garbage = error instanceof UnreachableError ? error.cause : error;
  if (garbage instanceof GarbageError) return 'garbage';
  return error instanceof UnreachableError ? 'unreachable' : 'internal';
}
