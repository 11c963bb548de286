import type { Outcome } from '../core/outcome.js';
import type { Problem } from './malformed.js';

/** Which pod a review was about. Names only: nothing here may come from the pod's body but its name. */
export interface Subject {
  readonly uid: string;
  readonly namespace: string;
  /** The pod's name, or its generateName with `*****` for the part that the API server has yet to make up. */
  readonly pod: string;
  readonly dryRun: boolean;
}

export interface ReviewedEvent extends Subject {
  readonly outcome: Outcome;
  /** From the parsing of the body to the finished answer. */
  readonly milliseconds: number;
}

export interface MalformedEvent {
  readonly problem: Problem;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The address of the caller; empty if it is not known. */
  readonly remote: string;
}

export interface FailedEvent extends Subject {
  /** Whatever was thrown. Its message may quote the pod, so whoever logs it must choose what to show. */
  readonly error: unknown;
}

/** Hears of everything that happens to reviews; logs and metrics hang on it. Its methods do not throw. */
export interface Observer {
  /** Once for each review that was answered, also for one that failed. */
  reviewed(event: ReviewedEvent): void;
  /** Once for each call that held no review. */
  malformed(event: MalformedEvent): void;
  /** Before `reviewed`, if the engine failed on the pod. */
  failed(event: FailedEvent): void;
}
