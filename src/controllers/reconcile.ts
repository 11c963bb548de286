import { ApiError } from '../cluster/api.js';
import { Backoff } from '../cluster/backoff.js';
import { pause } from '../cluster/pause.js';
import { problemOf, Problems } from '../cluster/problems.js';
import type { Bell } from './bell.js';

/** Hears how a controller fares. */
export interface ReconcileObserver {
  /** Once for each problem until all is well again. */
  readonly failed: (problem: string) => void;
  readonly recovered: () => void;
}

export interface ReconcileOptions {
  /**
   * Looks at what is, and does one thing about it if something has to be done.
   *
   * @returns milliseconds until the next look, if the bell is not rung before.
   * @throws what the API server says; it is tried again.
   */
  readonly step: (signal: AbortSignal) => Promise<number>;
  /** Rung when something has changed. */
  readonly bell: Bell;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly observe: ReconcileObserver;
}

/** The most milliseconds between two looks: certificates grow old by themselves, and clocks jump. */
export const LOOK = 60_000;

/** Takes a step again and again until the signal is aborted: when something has changed, and in time. Never rejects. */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  const { bell, signal, random, observe } = options;
  const backoff = new Backoff({ random });
  const problems = new Problems();
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      const wait = await options.step(signal);
      backoff.reset();
      if (problems.over()) observe.recovered();
      await bell.wait(Math.min(wait, LOOK), signal);
    } catch (error) {
      if (isOver()) return;
      const { conflict, retryAfter } = kindOf(error);
      // Somebody else was faster; what they wrote is about to be told.
      if (!conflict && problems.met(problemOf(error))) observe.failed(problemOf(error));
      await pause(backoff.next(retryAfter), signal);
    }
  }
}

const kindOf = (error: unknown): { conflict: boolean; retryAfter?: number | undefined } =>
  error instanceof ApiError
    ? { conflict: error.status === 409, retryAfter: error.retryAfter }
    : { conflict: false };
