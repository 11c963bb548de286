import type { Logger } from 'pino';
import type { ApiClient } from '../cluster/api.js';
import type { HeardClock } from '../cluster/clock.js';
import type { Config } from '../config/schema.js';
import type { Engine } from '../cli/judge.js';
import type { Settings } from '../core/settings.js';
import type { LogQueue } from '../telemetry/log-queue.js';
import type { Metrics } from '../telemetry/metrics.js';

/** Something that runs between start and stop. */
export interface Part {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly version: string;
  /** Whether this runs in a pod. */
  readonly inCluster: boolean;
  /** The way to the API server in cluster mode; it is closed in the end. Without one, the World comes from files. */
  readonly client?: ApiClient | undefined;
  /** The time, in cluster mode that of the API server. */
  readonly clock?: HeardClock | undefined;
  /** Where log lines go, one JSON object each; it may tell of those that get lost there. */
  readonly out: Pick<LogQueue, 'write'> & Partial<Pick<LogQueue, 'observe'>>;
}

/** What parts are made of. */
export interface Context extends AppOptions {
  readonly clock: HeardClock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Starts parts in their order. If one cannot start, those before it are stopped again. @throws what it throws. */
export async function startAll(parts: readonly Part[]): Promise<void> {
  const started: Part[] = [];
  try {
    for (const part of parts) {
      await part.start();
      started.push(part);
    }
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

/** Stops parts in the opposite order. */
export async function stopAll(parts: readonly Part[]): Promise<void> {
  for (const part of [...parts].reverse()) await part.stop();
}
