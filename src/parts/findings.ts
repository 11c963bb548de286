import type { DutyOptions } from '../controllers/duty.js';
import type { Recorder } from '../controllers/events.js';
import { evictPods, type EvictOptions } from '../controllers/evict.js';
import { findProblems, type FindingsOptions } from '../controllers/findings.js';
import type { Limits } from '../controllers/limits.js';
import type { Config } from '../config/schema.js';
import type { EvictionCause } from '../core/findings/anew.js';
import { FindingsBook } from '../core/findings/book.js';
import { PROBLEM_KINDS } from '../core/findings/judged.js';
import { reviewedBy } from './late.js';
import type { Context } from './part.js';

export interface FindingOptions extends Pick<FindingsOptions, 'more'> {
  /** What a controller has, by its name. */
  readonly duty: (controller: 'findings' | 'findings_sums' | 'evict') => DutyOptions;
  readonly recorder: Recorder;
  readonly limits: Limits;
}

/**
 * Finds what is not as the webhook would have it, tells of it, and evicts what may be evicted for it, until the signal is
 * aborted. Never rejects.
 */
export async function lookAfterFindings(
  context: Context,
  { duty, recorder, limits, more }: FindingOptions,
  signal: AbortSignal,
): Promise<void> {
  const { engine, config, metrics } = context;
  const book = new FindingsBook();
  const show = (): void => {
    for (const kind of PROBLEM_KINDS) metrics.findings.set({ kind }, book.count(kind));
  };
  const unlisten = book.listen(show);
  show();
  const isReviewed = reviewedBy(config, duty('findings').cluster.world);
  const isAdded = config.existing === 'ephemeral';
  const common = { engine, recorder, book, isReviewed };
  const observeSums = duty('findings_sums').observe;
  const finding = { ...duty('findings'), ...common, observeSums, isAdded, ...(more && { more }) };
  await Promise.all([
    findProblems(finding, signal),
    evictPods({ ...duty('evict'), ...common, limits, ...evicting(context, config) }, signal),
  ]);
  unlisten();
  for (const kind of PROBLEM_KINDS) metrics.findings.set({ kind }, 0);
}

const evicting = (
  { metrics, logger }: Context,
  config: Config,
): Pick<EvictOptions, 'causes' | 'progressDeadline' | 'evicted'> => ({
  causes: causesIn(config),
  progressDeadline: config.progressDeadline,
  evicted: (pod, { cause, daemonSet, detail }) => {
    metrics.podsEvicted.inc({ why: cause });
    logger.info({ pod, why: cause, daemonSet, detail }, 'pod evicted, so that another one comes');
  },
});

/** For what the operator lets pods be evicted. */
function causesIn({ outdated, orphaned, existing }: Config): ReadonlySet<EvictionCause> {
  const asked: readonly (readonly [EvictionCause, string])[] = [
    ['outdated', outdated],
    ['orphaned', orphaned],
    ['missed', existing],
  ];
  return new Set(asked.filter(([, policy]) => policy === 'evict').map(([cause]) => cause));
}
