import type { ApiClient } from '../cluster/api.js';
import { ServerVersion } from '../cluster/version.js';
import { clusterWorld, type ClusterWorld } from '../cluster/world.js';
import type { Settings } from '../core/settings.js';
import type { Check } from '../server/ops.js';

import type { Context } from './part.js';
import type { Picture } from './picture.js';
import { makeWatchObserver } from './watch-observer.js';

/** A picture, and what goes on beside it. */
export interface ClusterPicture extends Picture {
  readonly cluster: ClusterWorld;
}

/**
 * A picture that follows a cluster. It starts at once, and is there when every kind has been read. As the first part to
 * start it is the last to stop, and closes the client.
 */
export function clusterPicture(context: Context, client: ApiClient): ClusterPicture {
  const { logger, metrics } = context;
  const cluster = clusterWorld({
    client,
    random: Math.random,
    observe: (kind, count) => makeWatchObserver({ logger, metrics, clock: Date.now }, kind, count),
  });
  const version = versionOf(context, client);
  const checks: Record<string, Check> = { ...cluster.unready, version: version.unready };
  let known = false;
  return {
    cluster,
    start: () => {
      cluster.start();
      version.start();
      return Promise.resolve();
    },
    stop: async () => {
      await Promise.all([cluster.stop(), version.stop()]);
      client.close();
    },
    current: () => {
      // What was known once stays, and so nobody asks again.
      known ||= Object.values(checks).every((check) => check() === undefined);
      return known ? { world: cluster.world, settings: version.settings() } : undefined;
    },
    checks,
  };
}

interface Version {
  readonly unready: Check;
  readonly settings: () => Settings;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** The version of the API server: what the user says, else what it says itself. */
function versionOf({ config, settings, logger }: Context, client: ApiClient): Version {
  let current = settings;
  if (config.kubernetesVersion !== 'auto') {
    return {
      unready: () => undefined,
      settings: () => settings,
      start: () => undefined,
      stop: () => Promise.resolve(),
    };
  }
  const server = new ServerVersion({
    client,
    random: Math.random,
    observe: {
      changed: (kubernetesVersion) => {
        current = { ...settings, kubernetesVersion };
        logger.info({ kubernetesVersion }, 'version of the API server');
      },
      failed: (problem) => {
        logger.warn({ problem }, 'version of the API server not read, trying again');
      },
    },
  });
  return {
    unready: () => server.unready(),
    settings: () => current,
    start: () => {
      server.start();
    },
    stop: () => server.stop(),
  };
}
