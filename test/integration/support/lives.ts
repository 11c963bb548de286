import { elect, type Election } from '../../../src/cluster/elector.js';
import { clusterWorld, type ClusterWorld } from '../../../src/cluster/world.js';
import type { DutyOptions } from '../../../src/controllers/duty.js';
import { Limits } from '../../../src/controllers/limits.js';
import { nudgePlaceholders } from '../../../src/controllers/nudge.js';
import { keepPlaceholderStatus } from '../../../src/controllers/placeholder-status.js';
import { replaceMisfits } from '../../../src/controllers/replace.js';
import type { QueueObserver } from '../../../src/controllers/queue.js';
import { problemOf } from '../../../src/cluster/problems.js';
import type { Rules } from '../../../src/core/status/judge.js';
import { settings } from '../../support/builders.js';
import type { ApiServer } from '../../support/api-server/api-server.js';
import { clientOf } from '../../support/api-server/client.js';
import { silentWatch } from './replica.js';
import type { TickingClock } from './ticking.js';

/** A replica that does nothing but what a leader does for DaemonSets on virtual nodes. */
export interface Keeper {
  readonly cluster: ClusterWorld;
  readonly election: Election;
  /** What the controllers told: problems, and pods that were replaced. */
  readonly told: string[];
  /** How often a controller has looked at an object. */
  looks(): number;
  stop(): Promise<void>;
}

export interface KeeperOptions {
  readonly clock: TickingClock;
  readonly rules?: Partial<Rules>;
}

export function startKeeper(api: ApiServer, name: string, options: KeeperOptions): Keeper {
  const { clock } = options;
  const client = clientOf(api);
  const told: string[] = [];
  const common = { client, random: Math.random, times: { firstBackoff: 50 } };
  const cluster = clusterWorld({ ...common, observe: () => silentWatch });
  const known = { world: cluster.world, settings: settings({ placeholders: true }) };
  let looks = 0;
  const observe: QueueObserver = {
    depth: () => undefined,
    ran: () => (looks += 1),
    failed: (key, error) => told.push(`${key}: ${problemOf(error)}`),
    recovered: () => told.push('recovered'),
  };
  const duty: DutyOptions = {
    ...common,
    ...{ cluster, clock, observe },
    current: () =>
      Object.values(cluster.unready).every((why) => why() === undefined) ? known : undefined,
  };
  const rules = { progressDeadline: 120_000, unreadyTolerance: 10, updatesInPlace: true };
  const election = elect({
    client,
    clock,
    random: Math.random,
    lease: { namespace: 'ds-injector-system', name: 'ds-injector' },
    identity: name,
    times: { leaseDuration: 2_000, renewDeadline: 1_200, retryPeriod: 150 },
    lead: async (signal) => {
      const limits = new Limits({
        ...{ ...common, injected: cluster.injected, clock: clock.monotonic },
        watch: () => silentWatch,
      });
      await Promise.all([
        limits.run(signal),
        keepPlaceholderStatus({ ...duty, limits, rules: { ...rules, ...options.rules } }, signal),
        nudgePlaceholders(duty, signal),
        replaceMisfits(
          {
            ...{ ...duty, ...common },
            watch: () => silentWatch,
            replaced: (pod, why) => told.push(`replaced ${pod}: ${why}`),
          },
          signal,
        ),
      ]);
    },
    observe: {
      won: () => told.push('won'),
      lost: () => undefined,
      follows: () => undefined,
      failed: (problem) => told.push(problem),
      recovered: () => undefined,
    },
  });
  cluster.start();
  election.start();
  return {
    ...{ cluster, election, told },
    looks: () => looks,
    stop: async () => {
      await election.stop();
      await cluster.stop();
      client.close();
    },
  };
}
