import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of the injector but those of the process. Labels take codes of closed lists, never names. */
export const metricList = {
  reviews: {
    name: 'ds_injector_reviews_total',
    help: 'Reviews that were answered, by the decision about the pod and its reason.',
    labelNames: ['decision', 'reason'],
  },
  daemonSetDecisions: {
    name: 'ds_injector_daemonset_decisions_total',
    help: 'Decisions about single DaemonSets in reviews.',
    labelNames: ['decision', 'reason'],
  },
  reviewDuration: {
    name: 'ds_injector_review_duration_seconds',
    help: 'Time from the parsing of a review to its finished answer.',
    labelNames: [],
  },
  malformedReviews: {
    name: 'ds_injector_malformed_reviews_total',
    help: 'Calls of the webhook that held no review, by what was wrong.',
    labelNames: ['problem'],
  },
  reviewFaults: {
    name: 'ds_injector_review_faults_total',
    help: 'Reviews in which the injector failed and let the pod through as it was.',
    labelNames: [],
  },
  connectionFaults: {
    name: 'ds_injector_connection_faults_total',
    help: 'Connections that failed or were cut outside of a review, by listener and by what happened.',
    labelNames: ['listener', 'kind'],
  },
  warnings: {
    name: 'ds_injector_warnings_total',
    help: 'Warnings given in reviews, by code.',
    labelNames: ['code'],
  },
  worldObjects: {
    name: 'ds_injector_world_objects',
    help: 'Objects that the injector knows of the cluster, by kind.',
    labelNames: ['kind'],
  },
  worldLoads: {
    name: 'ds_injector_world_loads_total',
    help: 'Attempts to load what the injector knows of the cluster, by result.',
    labelNames: ['result'],
  },
  watchState: {
    name: 'ds_injector_watch_state',
    help: 'What the watch of a kind is doing: 1 for the state that it is in.',
    labelNames: ['kind', 'state'],
  },
  watchRestarts: {
    name: 'ds_injector_watch_restarts_total',
    help: 'Attempts to list and watch a kind that came to an end, by cause.',
    labelNames: ['kind', 'cause'],
  },
  watchHeard: {
    name: 'ds_injector_watch_heard_timestamp_seconds',
    help: 'When the API server last gave a sign of life for a kind: a list, a change, or how far it is.',
    labelNames: ['kind'],
  },
  watchUnusable: {
    name: 'ds_injector_watch_unusable_objects_total',
    help: 'Objects from the API server that were left out, by what is wrong with them.',
    labelNames: ['kind', 'problem'],
  },
  certificateExpiry: {
    name: 'ds_injector_certificate_expiry_timestamp_seconds',
    help: 'When the serving certificate ends, in seconds since 1970.',
    labelNames: [],
  },
  certificateReloads: {
    name: 'ds_injector_certificate_reloads_total',
    help: 'Serving certificates that were loaded, the first included, or refused, so that the one before went on.',
    labelNames: ['result'],
  },
  authorityExpiry: {
    name: 'ds_injector_authority_expiry_timestamp_seconds',
    help: 'When the certificate authority ends that all replicas share, in seconds since 1970.',
    labelNames: [],
  },
  authorityChanges: {
    name: 'ds_injector_authority_changes_total',
    help: 'Changes of the certificate authority that this replica made, by what was done.',
    labelNames: ['change'],
  },
  bundleWrites: {
    name: 'ds_injector_ca_bundle_writes_total',
    help: 'Writes of the caBundle in the webhook configuration.',
    labelNames: [],
  },
  bundleContests: {
    name: 'ds_injector_ca_bundle_contests_total',
    help: 'How often somebody was seen to undo the caBundle again and again.',
    labelNames: [],
  },
  controllerFailures: {
    name: 'ds_injector_controller_failures_total',
    help: 'Problems of what the leader does and of its election, each counted once until all is well again.',
    labelNames: ['controller'],
  },
  controllerRuns: {
    name: 'ds_injector_controller_runs_total',
    help: 'Looks of a controller at one object, by what came of it.',
    labelNames: ['controller', 'result'],
  },
  controllerDepth: {
    name: 'ds_injector_controller_queue_depth',
    help: 'Objects that a controller has still to look at.',
    labelNames: ['controller'],
  },
  controllerDuration: {
    name: 'ds_injector_controller_run_duration_seconds',
    help: 'Time that a controller took for one object, its calls of the API server included.',
    labelNames: ['controller'],
  },
  podsReplaced: {
    name: 'ds_injector_daemonset_pods_replaced_total',
    help: 'Pods of DaemonSets that were deleted so that others come in their place, by why.',
    labelNames: ['why'],
  },
  podsUpdated: {
    name: 'ds_injector_pods_updated_total',
    help: 'Running pods whose revision of a DaemonSet was changed: updated, named (nothing but the record), or reverted.',
    labelNames: ['change'],
  },
  podsEvicted: {
    name: 'ds_injector_pods_evicted_total',
    help: 'Pods that were evicted so that their controllers make others in their place, by why.',
    labelNames: ['why'],
  },
  findings: {
    name: 'ds_injector_findings',
    help: 'DaemonSets in pods, or missing in them, that are not as the webhook would have it, by kind; 0 on all but the leader.',
    labelNames: ['kind'],
  },
  lateContainers: {
    name: 'ds_injector_late_containers_total',
    help: 'Ephemeral containers that were added to running pods, by why: existing, promised (by its record), or restarted.',
    labelNames: ['why'],
  },
  lateRefusals: {
    name: 'ds_injector_late_refusals_total',
    help: 'DaemonSets that running pods lack and do not get, by the reason; api_refused where the API server says no.',
    labelNames: ['reason'],
  },
  revisionsJudged: {
    name: 'ds_injector_revisions_judged_total',
    help: 'Revisions of DaemonSets that were found to be proven or broken on virtual nodes.',
    labelNames: ['result'],
  },
  eventsWritten: {
    name: 'ds_injector_events_written_total',
    help: 'Events that were created, and series of them that were told again.',
    labelNames: ['kind'],
  },
  eventsDropped: {
    name: 'ds_injector_events_dropped_total',
    help: 'Events that were not written, by why.',
    labelNames: ['why'],
  },
  leader: {
    name: 'ds_injector_leader',
    help: 'Whether this replica is the leader: 1 or 0.',
    labelNames: [],
  },
  leaderChanges: {
    name: 'ds_injector_leader_changes_total',
    help: 'How often this replica became the leader, and ceased to be it.',
    labelNames: ['change'],
  },
  logLinesDropped: {
    name: 'ds_injector_log_lines_dropped_total',
    help: 'Log lines that were dropped, because those before them were not read in time.',
    labelNames: [],
  },
  buildInfo: {
    name: 'ds_injector_build_info',
    help: 'Always 1; the label tells the version.',
    labelNames: ['version'],
  },
} as const;

/**
 * Upper bounds in seconds. Without any work to do a review takes well below a millisecond; the webhook's default
 * timeout of 10 s (and the maximum of 30 s) is at the other end.
 */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10];

/** The metrics, ready to be counted up; a registry of their own, so that two injectors in a process do not clash. */
export type Metrics = ReturnType<typeof makeMetrics>;

/** Milliseconds for which the metrics of the process are shown again: to make them takes longer than some reviews. */
const PROCESS_AGE = 1_000;

/**
 * Makes the metrics, with those of the process (`process_`, `nodejs_`).
 *
 * @param version the injector's version, for `ds_injector_build_info`.
 * @param clock monotonic time in milliseconds; only differences count.
 */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the labels are the list's above; writing the type out would repeat it
export function makeMetrics(version: string, clock = () => performance.now()) {
  const registry = new Registry();
  const registers = [registry];
  const processText = makeProcessText(clock);
  const buildInfo = new Gauge({ ...metricList.buildInfo, registers });
  buildInfo.set({ version }, 1);
  return {
    reviews: new Counter({ ...metricList.reviews, registers }),
    daemonSetDecisions: new Counter({ ...metricList.daemonSetDecisions, registers }),
    reviewDuration: new Histogram({ ...metricList.reviewDuration, buckets, registers }),
    malformedReviews: new Counter({ ...metricList.malformedReviews, registers }),
    reviewFaults: new Counter({ ...metricList.reviewFaults, registers }),
    connectionFaults: new Counter({ ...metricList.connectionFaults, registers }),
    warnings: new Counter({ ...metricList.warnings, registers }),
    worldObjects: new Gauge({ ...metricList.worldObjects, registers }),
    worldLoads: new Counter({ ...metricList.worldLoads, registers }),
    watchState: new Gauge({ ...metricList.watchState, registers }),
    watchRestarts: new Counter({ ...metricList.watchRestarts, registers }),
    watchHeard: new Gauge({ ...metricList.watchHeard, registers }),
    watchUnusable: new Counter({ ...metricList.watchUnusable, registers }),
    certificateExpiry: new Gauge({ ...metricList.certificateExpiry, registers }),
    certificateReloads: new Counter({ ...metricList.certificateReloads, registers }),
    authorityExpiry: new Gauge({ ...metricList.authorityExpiry, registers }),
    authorityChanges: new Counter({ ...metricList.authorityChanges, registers }),
    bundleWrites: new Counter({ ...metricList.bundleWrites, registers }),
    bundleContests: new Counter({ ...metricList.bundleContests, registers }),
    controllerFailures: new Counter({ ...metricList.controllerFailures, registers }),
    controllerRuns: new Counter({ ...metricList.controllerRuns, registers }),
    controllerDepth: new Gauge({ ...metricList.controllerDepth, registers }),
    controllerDuration: new Histogram({ ...metricList.controllerDuration, buckets, registers }),
    podsReplaced: new Counter({ ...metricList.podsReplaced, registers }),
    podsUpdated: new Counter({ ...metricList.podsUpdated, registers }),
    podsEvicted: new Counter({ ...metricList.podsEvicted, registers }),
    findings: new Gauge({ ...metricList.findings, registers }),
    lateContainers: new Counter({ ...metricList.lateContainers, registers }),
    lateRefusals: new Counter({ ...metricList.lateRefusals, registers }),
    revisionsJudged: new Counter({ ...metricList.revisionsJudged, registers }),
    eventsWritten: new Counter({ ...metricList.eventsWritten, registers }),
    eventsDropped: new Counter({ ...metricList.eventsDropped, registers }),
    leader: new Gauge({ ...metricList.leader, registers }),
    leaderChanges: new Counter({ ...metricList.leaderChanges, registers }),
    logLinesDropped: new Counter({ ...metricList.logLinesDropped, registers }),
    /** All metrics in Prometheus' text format. */
    text: async () => `${await registry.metrics()}\n${await processText()}`,
    contentType: registry.contentType as string,
  };
}

/** Gives the metrics of the process, which are made at most once in `PROCESS_AGE` however often they are asked for. */
function makeProcessText(clock: () => number): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let made = -PROCESS_AGE;
  let text = Promise.resolve('');
  return () => {
    if (clock() - made >= PROCESS_AGE) {
      made = clock();
      text = registry.metrics();
    }
    return text;
  };
}
