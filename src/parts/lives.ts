import type { ApiClient } from '../cluster/api.js';
import { problemOf, Problems } from '../cluster/problems.js';
import type { DutyOptions } from '../controllers/duty.js';
import { nudgePlaceholders } from '../controllers/nudge.js';
import { keepPlaceholderStatus } from '../controllers/placeholder-status.js';
import type { QueueObserver } from '../controllers/queue.js';
import { replaceMisfits } from '../controllers/replace.js';
import { proveRevisions } from '../controllers/proof.js';
import { updatePods } from '../controllers/update.js';
import type { WatchObserver } from '../cluster/reflector.js';
import { keepWorkloadConditions } from '../controllers/workload-condition.js';
import type { ClusterPicture } from './cluster.js';
import type { Context } from './part.js';
import { makeWatchObserver } from './watch-observer.js';

/** What the leader does for the lives of DaemonSets on virtual nodes, until the signal is aborted. Never rejects. */
export async function leadLives(
  context: Context,
  { picture, client }: { readonly picture: ClusterPicture; readonly client: ApiClient },
  signal: AbortSignal,
): Promise<void> {
  const { config, clock, metrics, logger } = context;
  const { cluster } = picture;
  const { progressDeadline, unreadyTolerance } = config;
  const duty = (controller: Controller): DutyOptions => ({
    client,
    cluster,
    clock,
    current: () => picture.current(),
    random: Math.random,
    observe: observerOf(context, controller),
  });
  const watch = (kind: string, count: () => number): WatchObserver =>
    makeWatchObserver({ logger, metrics, clock: Date.now }, kind, count);
  const rules = { progressDeadline, unreadyTolerance, updatesInPlace: true };
  await Promise.all([
    keepPlaceholderStatus({ ...duty('placeholder_status'), rules }, signal),
    nudgePlaceholders(duty('nudge'), signal),
    keepWorkloadConditions(duty('workload_condition'), signal),
    replaceMisfits(
      {
        ...duty('replace'),
        client,
        watch,
        replaced: (pod, why) => {
          metrics.podsReplaced.inc({ why });
          logger.info({ pod, why }, 'pod of a DaemonSet deleted, so that another one comes');
        },
      },
      signal,
    ),
    proveRevisions(
      {
        ...duty('proof'),
        progressDeadline,
        judged: (daemonSet, revision, broken) => {
          metrics.revisionsJudged.inc({ result: broken === '' ? 'proven' : 'broken' });
          if (broken === '') logger.info({ daemonSet, revision }, 'revision proven');
          else logger.warn({ daemonSet, revision, why: broken }, 'revision broken');
        },
      },
      signal,
    ),
    updatePods(
      {
        ...duty('update'),
        client,
        watch,
        progressDeadline,
        changed: (pod, daemonSet, change) => {
          metrics.podsUpdated.inc({ change });
          logger.info({ pod, daemonSet, change }, 'revision of a DaemonSet changed in a pod');
        },
      },
      signal,
    ),
  ]);
}

type Controller =
  'placeholder_status' | 'proof' | 'nudge' | 'replace' | 'update' | 'workload_condition';

/** Counts all, and tells a problem once until no object is left that has one. */
function observerOf({ metrics, logger }: Context, controller: Controller): QueueObserver {
  const problems = new Problems();
  return {
    depth: (keys) => {
      metrics.controllerDepth.set({ controller }, keys);
    },
    ran: (result, milliseconds) => {
      metrics.controllerRuns.inc({ controller, result });
      metrics.controllerDuration.observe({ controller }, milliseconds / 1000);
    },
    failed: (object, error) => {
      const problem = problemOf(error);
      if (!problems.met(problem)) return;
      metrics.controllerFailures.inc({ controller });
      logger.warn({ controller, object, problem }, 'controller failed, trying again');
    },
    recovered: () => {
      if (problems.over()) logger.info({ controller }, 'controller goes on');
    },
  };
}
