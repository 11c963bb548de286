import type { Logger } from 'pino';
import { Problems } from '../cluster/problems.js';
import type { WatchObserver } from '../cluster/reflector.js';
import { watchStates, type WatchState } from '../cluster/states.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface WatchObserverOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Makes the observer that writes log lines and counts metrics for what becomes of the watch of one kind.
 *
 * @param count how many objects of the kind are kept.
 */
export function makeWatchObserver(
  { logger, metrics, clock }: WatchObserverOptions,
  kind: string,
  count: () => number,
): WatchObserver {
  const unusable = new Problems();
  return {
    entered: (state) => {
      showState(metrics, kind, state);
      logger.debug({ kind, state }, 'watch');
    },
    restarted: (cause) => {
      metrics.watchRestarts.inc({ kind, cause });
    },
    heard: () => {
      metrics.watchHeard.set({ kind }, clock() / 1000);
      metrics.worldObjects.set({ kind }, count());
    },
    listed: () => {
      logger.info({ kind, objects: count() }, 'objects read');
    },
    failed: (problem) => {
      logger.warn({ kind, problem }, 'watch failed, trying again');
    },
    recovered: () => {
      logger.info({ kind }, 'watch goes on');
    },
    unusable: (code, name) => {
      metrics.watchUnusable.inc({ kind, problem: code });
      if (unusable.met(`${code} ${name}`)) {
        logger.warn({ kind, name, problem: code }, 'object left out');
      }
    },
  };
}

function showState(metrics: Metrics, kind: string, state: WatchState): void {
  for (const one of Object.keys(watchStates)) {
    metrics.watchState.set({ kind, state: one }, one === state ? 1 : 0);
  }
}
