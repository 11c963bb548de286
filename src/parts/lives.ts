import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type { ApiClient } from '../cluster/api.js';
import { problemOf, Problems } from '../cluster/problems.js';
import type { DutyOptions } from '../controllers/duty.js';
import { EventRecorder } from '../controllers/events.js';
import { tellOfContainers } from '../controllers/events-of-containers.js';
import { tellOfDaemonSets } from '../controllers/events-of-daemon-sets.js';
import { Limits } from '../controllers/limits.js';
import { nudgePlaceholders } from '../controllers/nudge.js';
import { keepPlaceholderStatus } from '../controllers/placeholder-status.js';
import type { QueueObserver } from '../controllers/queue.js';
import { proveRevisions, type ProofOptions } from '../controllers/proof.js';
import { replaceMisfits, type ReplaceOptions } from '../controllers/replace.js';
import { updatePods, type UpdateOptions } from '../controllers/update.js';
import type { WatchObserver } from '../cluster/reflector.js';
import { keepBound } from '../controllers/bound.js';
import { injectLate } from '../controllers/late.js';
import { keepWorkloadConditions } from '../controllers/workload-condition.js';
import type { ClusterPicture } from './cluster.js';
import { lookAfterFindings } from './findings.js';
import { lateness } from './late.js';
import type { Context } from './part.js';
import { makeWatchObserver } from './watch-observer.js';

/** What the leader does for the lives of DaemonSets on virtual nodes, until the signal is aborted. Never rejects. */
export async function leadLives(
  context: Context,
  { picture, client }: { readonly picture: ClusterPicture; readonly client: ApiClient },
  signal: AbortSignal,
): Promise<void> {
  // Every call under way listens to it; Node would warn of more than ten.
  setMaxListeners(0, signal);
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
  const limits = new Limits({
    ...{ client, watch, random: Math.random, injected: cluster.injected },
    clock: clock.monotonic,
  });
  const recorder = recorderOf(context, client);
  const bound = keepBound({ ...duty('late'), client, watch }, signal);
  tellOfContainers(duty('events'), recorder, signal);
  await Promise.all([
    recorder.run(signal),
    limits.run(signal),
    lookAfterFindings(context, { duty, recorder, limits, more: bound.pods }, signal),
    tellOfDaemonSets({ ...duty('events'), recorder }, signal),
    keepPlaceholderStatus({ ...duty('placeholder_status'), rules, limits }, signal),
    nudgePlaceholders(duty('nudge'), signal),
    keepWorkloadConditions(duty('workload_condition'), signal),
    bound.ended,
    injectLate({ ...duty('late'), bound, ...lateness(context, cluster.world) }, signal),
    replaceMisfits({ ...duty('replace'), client, watch, ...replacing(context) }, signal),
    proveRevisions({ ...duty('proof'), progressDeadline, ...judging(context) }, signal),
    updatePods({ ...duty('update'), limits, progressDeadline, ...changing(context) }, signal),
  ]);
}

const replacing = ({ metrics, logger }: Context): Pick<ReplaceOptions, 'replaced'> => ({
  replaced: (pod, why) => {
    metrics.podsReplaced.inc({ why });
    logger.info({ pod, why }, 'pod of a DaemonSet deleted, so that another one comes');
  },
});

const judging = ({ metrics, logger }: Context): Pick<ProofOptions, 'judged'> => ({
  judged: (daemonSet, revision, broken) => {
    metrics.revisionsJudged.inc({ result: broken === '' ? 'proven' : 'broken' });
    if (broken === '') logger.info({ daemonSet, revision }, 'revision proven');
    else logger.warn({ daemonSet, revision, why: broken }, 'revision broken');
  },
});

const changing = ({ metrics, logger }: Context): Pick<UpdateOptions, 'changed'> => ({
  changed: (pod, daemonSet, change) => {
    metrics.podsUpdated.inc({ change });
    logger.info({ pod, daemonSet, change }, 'revision of a DaemonSet changed in a pod');
  },
});

type Controller =
  | 'findings'
  | 'findings_sums'
  | 'evict'
  | 'late'
  | 'placeholder_status'
  | 'proof'
  | 'nudge'
  | 'replace'
  | 'update'
  | 'workload_condition'
  | 'events';

function recorderOf({ config, clock, metrics, logger }: Context, client: ApiClient): EventRecorder {
  const problems = new Problems();
  return new EventRecorder({
    ...{ client, clock, random: Math.random },
    instance: config.podName ?? hostname(),
    observe: {
      written: (kind) => {
        metrics.eventsWritten.inc({ kind });
        problems.over();
      },
      dropped: (why, error) => {
        metrics.eventsDropped.inc({ why });
        const problem = error === undefined ? '' : problemOf(error);
        if (problem === '' || !problems.met(problem)) return;
        logger.warn({ why, problem }, 'event not written');
      },
    },
  });
}

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
