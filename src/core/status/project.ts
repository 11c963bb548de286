import { SUMMARY_ANNOTATION } from '../model/annotations.js';
import { defined } from '../model/defined.js';
import { equal } from '../model/equal.js';
import { timeText } from '../model/time.js';
import { list } from '../model/types.js';
import { containerStatuses, ownStatus } from './containers.js';
import { judge, type Judged, type Question, type Rules } from './judge.js';
import type { NodeState } from './node.js';
import { conditionIn, type Condition, type ObservedPod, type PodStatus } from './observed.js';
import type { Placeholder } from './placeholder.js';
import type { Revisions } from './revisions.js';
import { encodeSummary, summaryOf, type Summary } from './summary.js';

/** All that the status of a placeholder depends on. */
export interface Sight {
  readonly placeholder: Placeholder;
  /** Undefined where there is no such node. */
  readonly node: NodeState | undefined;
  /** The pods of the node whose records name the DaemonSet. */
  readonly pods: readonly ObservedPod[];
  readonly revisions: Revisions;
  readonly rules: Rules;
  readonly blockedSince: Question['blockedSince'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a placeholder should say. It has no address: one would enter EndpointSlices. */
export interface Projection {
  readonly status: PodStatus;
  readonly summary: Summary;
  /** Milliseconds until it may be another one by the passing of time alone. */
  readonly lookAgain: number | undefined;
}

/** Works out what a placeholder should say from what was injected on its node. */
export function project(sight: Sight): Projection {
  const { placeholder, rules, pods } = sight;
  const question: Question = { ...sight, since: placeholder.createdAt };
  const all = pods.map((pod) => judge(pod, question)).filter((one) => one !== undefined);
  const summary = summaryOf(placeholder.revision, all);
  const startTime = placeholder.status.startTime ?? timeText(sight.now);
  const isReady = areReady(all, rules);
  const waits = all
    .flatMap(({ left, patience }) => [left, patience])
    .filter((wait) => wait > 0 && wait < Infinity);
  return {
    status: {
      phase: 'Running',
      startTime,
      conditions: conditionsOf(sight, isReady, summary),
      ...containerStatuses(placeholder, all, { isReady, startTime }),
    },
    summary,
    lookAgain: waits.length > 0 ? Math.min(...waits) : undefined,
  };
}

/** @returns what makes a placeholder say it, as a merge patch of its status; undefined where it does already. */
export function statusPatch(
  { resourceVersion, status, summary }: Placeholder,
  projection: Projection,
): object | undefined {
  const text = encodeSummary(projection.summary);
  if (text === summary && equal(ownPart(status), ownPart(projection.status))) return undefined;
  const others = list(status.conditions).filter(({ type }) => !OWN.has(type));
  const conditions = [...list(projection.status.conditions), ...others];
  return {
    // Lists are replaced as a whole, so that nobody's conditions may be lost on the way.
    metadata: { resourceVersion, annotations: { [SUMMARY_ANNOTATION]: text } },
    status: { ...projection.status, conditions },
  };
}

/** Too many of the pods that count fail, or all of them. */
function areReady(all: readonly Judged[], { unreadyTolerance }: Rules): boolean {
  const counted = all.filter(({ counts }) => counts).length;
  const failing = all.filter(({ fails }) => fails).length;
  const tolerated = Math.floor((counted * unreadyTolerance) / 100);
  return failing <= tolerated && (counted === 0 || failing < counted);
}

const OWN: ReadonlySet<string> = new Set([
  'PodScheduled',
  'Initialized',
  'ContainersReady',
  'Ready',
]);

function conditionsOf(
  sight: Sight,
  areContainersReady: boolean,
  { trouble }: Summary,
): Condition[] {
  const { node, placeholder, now } = sight;
  const containers: Why | undefined = areContainersReady
    ? undefined
    : {
        reason: 'ContainersNotReady',
        message: trouble
          ? `pod ${trouble.pod}, container ${trouble.container}: ${trouble.reason}: ${trouble.message}`
          : '',
      };
  const why = containers ?? nodeTrouble(node);
  const told: readonly (readonly [string, Why | undefined])[] = [
    ['PodScheduled', undefined],
    ['Initialized', undefined],
    ['ContainersReady', containers],
    ['Ready', why],
  ];
  return told.map(([type, no]) =>
    since({ type, status: no ? 'False' : 'True', ...no }, placeholder, now),
  );
}

type Why = Required<Pick<Condition, 'reason' | 'message'>>;

function nodeTrouble(node: NodeState | undefined): Why | undefined {
  if (node?.isReady === true) return undefined;
  return node
    ? { reason: 'NodeNotReady', message: `node ${node.name} is not ready` }
    : { reason: 'NodeGone', message: 'there is no such node' };
}

/** The time moves only when the status does: the DaemonSet controller counts `minReadySeconds` from it. */
function since(condition: Condition, { status }: Placeholder, now: number): Condition {
  const before = conditionIn(status.conditions, condition.type);
  const isSame = before?.status === condition.status;
  return {
    ...condition,
    lastTransitionTime: (isSame ? before.lastTransitionTime : undefined) ?? timeText(now),
  };
}

/** What of a status is ours, without what the API server adds to it. */
function ownPart(status: PodStatus): object {
  const { phase, startTime, conditions, containerStatuses, initContainerStatuses } = status;
  const own = [...OWN].map((type) => conditionIn(conditions, type));
  return {
    ...{ phase, startTime },
    conditions: own.map((one) =>
      defined({
        type: one?.type,
        status: one?.status,
        reason: one?.reason,
        message: one?.message,
        lastTransitionTime: one?.lastTransitionTime,
      }),
    ),
    containerStatuses: list(containerStatuses).map(ownStatus),
    initContainerStatuses: list(initContainerStatuses).map(ownStatus),
  };
}
