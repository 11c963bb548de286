import { clusterWorld, type ClusterWorld } from '../../src/cluster/world.js';
import type { DutyOptions } from '../../src/controllers/duty.js';
import type { Settings } from '../../src/core/settings.js';
import type { ApiServer } from './api-server/api-server.js';
import { clientOf } from './api-server/client.js';
import { settings } from './builders.js';

const nothing = (): void => undefined;

/** What controllers of a leader have, against a double of the API server. */
export interface Leading {
  readonly cluster: ClusterWorld;
  readonly options: DutyOptions;
  /** What went wrong in runs. */
  readonly failures: string[];
  /** Aborts what was begun with its signal. */
  readonly signal: AbortSignal;
  /** Ends all that was begun. */
  stop(running: Promise<unknown>): Promise<void>;
}

/** @param now milliseconds since 1970, of a clock that stands still. */
export function leading(api: ApiServer, now: number, more: Partial<Settings> = {}): Leading {
  const client = clientOf(api);
  const cluster = clusterWorld({
    client,
    random: () => 0.5,
    observe: () => ({
      ...{ entered: nothing, restarted: nothing, heard: nothing, listed: nothing },
      ...{ failed: nothing, recovered: nothing, unusable: nothing },
    }),
  });
  const own = settings(more);
  const failures: string[] = [];
  const ending = new AbortController();
  const isKnown = (): boolean =>
    Object.values(cluster.unready).every((unready) => unready() === undefined);
  cluster.start();
  return {
    cluster,
    failures,
    signal: ending.signal,
    options: {
      client,
      cluster,
      current: () => (isKnown() ? { world: cluster.world, settings: own } : undefined),
      clock: { now: () => now, monotonic: () => performance.now() },
      random: () => 0.5,
      observe: {
        depth: nothing,
        ran: nothing,
        recovered: nothing,
        failed: (key, error) => failures.push(`${key}: ${String(error)}`),
      },
    },
    stop: async (running) => {
      ending.abort();
      await running;
      await cluster.stop();
      client.close();
    },
  };
}
