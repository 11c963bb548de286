import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ApiClient } from '../cluster/api.js';
import { elect, type Election, type ElectionObserver } from '../cluster/elector.js';
import type { Context, Part } from './part.js';

export interface LeaderOptions {
  readonly client: ApiClient;
  /** The namespace of the Lease. */
  readonly namespace: string;
  /** What one replica does for all; see `ElectionOptions`. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
}

/** Elects one of the replicas, which then does what is done once. Reviews do not depend on it. */
export function makeLeader(context: Context, { client, namespace, lead }: LeaderOptions): Part {
  const { config, clock } = context;
  const election: Election = elect({
    client,
    clock,
    lead,
    lease: { namespace, name: config.leaseName },
    // A pod keeps its name when its container is started again, and must not take its own place then.
    identity: `${config.podName ?? hostname()}_${randomUUID()}`,
    times: {
      leaseDuration: config.leaseSeconds * 1000,
      renewDeadline: config.renewSeconds * 1000,
      retryPeriod: config.retrySeconds * 1000,
    },
    random: Math.random,
    observe: observerOf(context),
  });
  return {
    start: () => {
      election.start();
      return Promise.resolve();
    },
    stop: () => election.stop(),
  };
}

function observerOf({ logger, metrics }: Context): ElectionObserver {
  return {
    won: () => {
      metrics.leader.set(1);
      metrics.leaderChanges.inc({ change: 'won' });
      logger.info('leading');
    },
    lost: (why) => {
      metrics.leader.set(0);
      metrics.leaderChanges.inc({ change: 'lost' });
      logger.info({ why }, 'leading no longer');
    },
    follows: (leader) => {
      logger.info({ leader }, 'another replica leads');
    },
    failed: (problem) => {
      metrics.controllerFailures.inc({ controller: 'election' });
      logger.warn({ controller: 'election', problem }, 'controller failed, trying again');
    },
    recovered: () => {
      logger.info({ controller: 'election' }, 'controller goes on');
    },
  };
}
