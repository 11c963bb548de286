import { findMisfit } from '../model/shape.js';
import { isHeldReady, type Judged } from './judge.js';
import type { ObservedPod, Terminated } from './observed.js';
import type { Held } from './revisions.js';

/** What becomes of a DaemonSet on a node, as the annotation `ds-injector.io/summary` of its placeholder says it. */
export interface Summary {
  /** The revision that the node wants. */
  readonly wanted: string;
  /** How many pods hold its containers; those that have ended, or are about to, are not among them. */
  readonly injected: number;
  /** How many of them have all of these ready. */
  readonly ready: number;
  /** How many can get the revision only as another pod. */
  readonly outdated: number;
  /** How many keep the placeholder from being ready, or would if there were more of them. */
  readonly failing: number;
  /** The worst that there is. */
  readonly trouble?: Trouble;
  /** What shows the log, which the placeholder itself has none of. */
  readonly logs?: string;
}

export interface Trouble {
  readonly reason: string;
  readonly message: string;
  /** "namespace/name". */
  readonly pod: string;
  /** Its name in the pod. */
  readonly container: string;
}

/** A container that is not as it should be. */
export interface Worst {
  readonly judged: Judged;
  readonly held: Held;
}

export function summaryOf(wanted: string, all: readonly Judged[]): Summary {
  const worst = worstOf(all);
  const logs = logsOf(worst, all);
  return {
    wanted,
    injected: all.length,
    ready: all.filter(({ isReady }) => isReady).length,
    outdated: all.filter(({ lag }) => lag === 'outdated').length,
    failing: all.filter(({ fails }) => fails).length,
    ...(worst && { trouble: troubleOf(worst) }),
    ...(logs === undefined ? {} : { logs }),
  };
}

/** A fixed order of fields, so that equal summaries are equal texts. */
export const encodeSummary = (summary: Summary): string => JSON.stringify(summary);

/** @returns undefined for a text that is no summary. */
export function decodeSummary(text: string): Summary | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return findMisfit(value, shape) === undefined ? (value as Summary) : undefined;
}

const count = 'number' as const;
const string = 'string' as const;
const shape = {
  fields: {
    wanted: string,
    ...{ injected: count, ready: count, outdated: count, failing: count },
    trouble: {
      fields: { reason: string, message: string, pod: string, container: string },
      required: ['reason', 'message', 'pod', 'container'],
    },
    logs: string,
  },
  required: ['wanted', 'injected', 'ready', 'outdated', 'failing'],
};

/** @returns the worst of what is wrong in pods that had their time; of what is equally bad, the first by name. */
export function worstOf(all: readonly Judged[], source?: string): Worst | undefined {
  const wrong = all
    .filter(({ left }) => left === 0)
    .flatMap((judged) =>
      judged.held
        .filter((held) => (source ?? held.source) === held.source && isWrong(judged, held))
        .map((held) => ({ judged, held })),
    );
  return wrong.sort((one, other) => badnessOf(other) - badnessOf(one) || byPod(one, other))[0];
}

const isWrong = ({ fails, isReady }: Judged, held: Held): boolean =>
  !isHeldReady(held) || (fails && isReady);

const byPod = (one: Worst, other: Worst): number =>
  order(one.judged.pod.key, other.judged.pod.key) || order(one.held.name, other.held.name);

const order = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** What every container goes through. */
const USUAL: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', '']);

function badnessOf({ held: { status } }: Worst): number {
  const { waiting, terminated, running } = status?.state ?? {};
  if (waiting && !USUAL.has(waiting.reason ?? '')) return 5;
  if (terminated) return 4;
  if (running) return status?.ready === true ? 1 : 3;
  return 2;
}

export function troubleOf({ judged: { pod, lag }, held }: Worst): Trouble {
  const { reason, message } = wordsOf(held, lag === 'in-place');
  return { reason, message, pod: pod.key, container: held.name };
}

function wordsOf({ status }: Held, isBehind: boolean): Words {
  const { waiting, terminated, running } = status?.state ?? {};
  if (waiting) return waitOf(waiting);
  if (terminated) return endOf(terminated);
  if (!running) return { reason: 'NotStarted', message: 'the container has not started yet' };
  return isBehind && status?.ready === true
    ? { reason: 'RevisionNotReached', message: 'the container does not have the revision yet' }
    : { reason: 'ContainerNotReady', message: 'the container runs and is not ready' };
}

type Words = Pick<Trouble, 'reason' | 'message'>;

const waitOf = ({ reason = 'Waiting', message = '' }: Partial<Words>): Words => ({
  reason,
  message,
});

const endOf = ({ reason = 'Terminated', message, exitCode }: Terminated): Words => ({
  reason,
  message: message ?? `exit code ${exitCode}`,
});

/** Of the worst container, else of the pod that is there longest, so that the line stays while pods come and go. */
function logsOf(worst: Worst | undefined, all: readonly Judged[]): string | undefined {
  if (worst) return logLine(worst.judged.pod, worst.held);
  const [oldest] = [...all].sort(
    ({ pod: one }, { pod: other }) =>
      order(one.startTime ?? '~', other.startTime ?? '~') || order(one.key, other.key),
  );
  const held = oldest?.held.find(({ isInit }) => !isInit) ?? oldest?.held[0];
  return oldest && held && logLine(oldest.pod, held);
}

const logLine = ({ namespace, name }: ObservedPod, held: Held): string =>
  `kubectl logs -n ${namespace} ${name} -c ${held.name}`;
