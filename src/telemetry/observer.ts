import type { Logger } from 'pino';
import type { FailedEvent, MalformedEvent, Observer } from '../admission/observer.js';
import { onceIfFrozen } from '../core/model/frozen.js';
import type { DaemonSetVerdict, Outcome, Warning } from '../core/outcome.js';
import type { ConnectionFault, ConnectionObserver, FaultKind } from '../server/faults.js';
import { describeFault } from './faults.js';
import type { Metrics } from './metrics.js';

/** Makes the observer that writes log lines and counts metrics for what happens to reviews and connections. */
export function makeObserver(logger: Logger, metrics: Metrics): Observer & ConnectionObserver {
  const faults = new Map<FaultKind, number>();
  const digestOf = makeDigestOf(logger);
  return {
    reviewed: ({ outcome, milliseconds, uid, namespace, pod, dryRun }) => {
      const digest = digestOf(outcome);
      countReview(metrics, outcome, digest);
      metrics.reviewDuration.observe(milliseconds / 1000);
      const rounded = Math.round(milliseconds * 1000) / 1000;
      digest.logger.info({ uid, namespace, pod, dryRun, milliseconds: rounded }, 'review decided');
    },
    malformed: ({ problem, status, remote }: MalformedEvent) => {
      metrics.malformedReviews.inc({ problem });
      logger.warn({ problem, status, remote }, 'review malformed');
    },
    failed: ({ uid, namespace, pod, dryRun, error }: FailedEvent) => {
      metrics.reviewFaults.inc();
      logger.error({ uid, namespace, pod, dryRun, fault: describeFault(error) }, 'review failed');
    },
    connectionFailed: ({ listener, kind, code }: ConnectionFault) => {
      metrics.connectionFaults.inc({ listener, kind });
      const count = (faults.get(kind) ?? 0) + 1;
      faults.set(kind, count);
      const level = defences.has(kind) && isPowerOfTwo(count) ? 'warn' : 'debug';
      logger[level]({ listener, kind, code, count }, 'connection failed');
    },
  };
}

/**
 * Connections that were cut for the sake of others: an operator should see it without the debug level, but a flood of
 * them must not become a flood of lines. So the first one warns, and then each that doubles their number.
 */
const defences: ReadonlySet<FaultKind> = new Set([
  'stalled',
  'flooded',
  'crowded_out',
  'answer_dropped',
]);

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));

function countReview(metrics: Metrics, { decision, reason }: Outcome, digest: Digest): void {
  metrics.reviews.inc({ decision, reason });
  for (const { labels, count } of digest.daemonSets) metrics.daemonSetDecisions.inc(labels, count);
  for (const { labels, count } of digest.warnings) metrics.warnings.inc(labels, count);
}

interface Counted<T> {
  readonly labels: T;
  readonly count: number;
}

/** What logs and metrics say of an outcome. */
interface Digest {
  /** With what lines about the outcome have in common, written already. */
  readonly logger: Logger;
  readonly daemonSets: readonly Counted<Pick<DaemonSetVerdict, 'decision' | 'reason'>>[];
  readonly warnings: readonly Counted<Pick<Warning, 'code'>>[];
}

/** The outcome of many pods is looked through once. */
const makeDigestOf = (logger: Logger): ((outcome: Outcome) => Digest) =>
  onceIfFrozen((outcome) => {
    const { daemonSets, warnings } = outcome;
    return {
      logger: logger.child(fieldsOf(outcome)),
      daemonSets: counted(daemonSets.map(({ decision, reason }) => ({ decision, reason }))),
      warnings: counted(warnings.map(({ code }) => ({ code }))),
    };
  });

function counted<T extends object>(all: readonly T[]): readonly Counted<T>[] {
  const byText = new Map<string, Counted<T>>();
  for (const labels of all) {
    const text = JSON.stringify(labels);
    byText.set(text, { labels, count: (byText.get(text)?.count ?? 0) + 1 });
  }
  return [...byText.values()];
}

/** Names and codes, nothing else of the pod. */
function fieldsOf(outcome: Outcome): Record<string, unknown> {
  const { decision, reason, detail, daemonSets, unnamed } = outcome;
  const skipped = daemonSets.filter((verdict) => verdict.decision === 'skip');
  return {
    decision,
    reason,
    detail,
    injected: daemonSets.filter((verdict) => verdict.decision === 'inject').map(keyOf),
    skipped: Object.fromEntries(skipped.map((verdict) => [keyOf(verdict), verdict.reason])),
    unnamed,
    warnings: outcome.warnings.map(({ code }) => code),
    operations: outcome.operations.length,
  };
}

const keyOf = ({ namespace, name }: DaemonSetVerdict): string => `${namespace}/${name}`;
