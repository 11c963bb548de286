import { reportsOf } from '../condition/containers.js';
import { lateFor } from '../late/late.js';
import { RECORD_ANNOTATION } from '../model/annotations.js';
import { defined } from '../model/defined.js';
import { isOwnedByDaemonSet, metaOf } from '../model/pod.js';
import { valueAt, type Pod } from '../model/types.js';
import type { Outcome } from '../outcome.js';
import { isEphemeral, type InjectionRecord, type RecordedDaemonSet } from '../record/record.js';
import { observed, type ObservedPod } from '../status/observed.js';
import type { Placeholder } from '../status/placeholder.js';
import { revisionsOf } from '../status/revisions.js';
import { asCreated } from './as-created.js';
import { asker, doubtedIn, isPass, keyOf, lossOf } from './belief.js';
import { clauseOf, refusalOf } from './refusal.js';
import { wantedOf, type Scene } from './scene.js';
import type {
  AbsentDaemonSet,
  InjectedDaemonSet,
  PodStatus,
  Problem,
  ProblemKind,
} from './judged.js';

/** A pod and what is wrong with it. */
export interface JudgedPod {
  readonly status: PodStatus;
  readonly problems: readonly Problem[];
}

/** What there is to know of a pod while it is judged. */
interface Case {
  readonly pod: Pod;
  readonly seen: ObservedPod;
  readonly scene: Scene;
  readonly outcome: Outcome;
  /** The DaemonSets of its record of which a container is in the pod, and that are believed. */
  readonly believed: readonly RecordedDaemonSet[];
}

/** Pods that nobody counts: they do not run any more, or are of DaemonSets themselves. */
export const isCounted = (pod: Pod): boolean => {
  const { phase, isTerminating } = observed(pod);
  return phase !== 'Succeeded' && phase !== 'Failed' && !isTerminating && !isOwnedByDaemonSet(pod);
};

/**
 * Says of a pod what was injected into it, what was not and why, and what is not as it should be.
 *
 * @param closely also why what was missed is not added while the pod runs.
 */
export function judgePod(pod: Pod, scene: Scene, { closely = false } = {}): JudgedPod {
  const seen = observed(pod);
  const problemOf = problemsIn(seen);
  const outcome = outcomeFor(pod, seen, scene);
  const { record } = seen;
  const forged = record === undefined ? [] : forgedIn({ pod, seen, scene, outcome }, record);
  const believed = (record?.daemonSets ?? []).filter((one) => !forged.includes(one));
  const all: Case = { pod, seen, scene, outcome, believed };
  const injected = believed.map((one) => injectedOf(one, all));
  const absent = closely ? withLate(absentIn(all), all) : absentIn(all);
  const isVirtual = scene.profileOf(seen.node) !== undefined;
  const isReal = scene.hasNode(seen.node) && !isVirtual;
  return {
    status: {
      ...{ namespace: seen.namespace, name: seen.name, node: seen.node, phase: seen.phase },
      ...{ injected, absent },
    },
    problems: [
      ...unreadable(pod, seen).map((detail) => problemOf('forged', '', detail)),
      ...forged.map((one) => problemOf('forged', keyOf(one), forgeryOf(one, seen))),
      ...(isReal ? believed.map((one) => problemOf('misplaced', keyOf(one))) : []),
      // A node that is away for a moment, or not told of yet, says nothing of its pods.
      ...(isVirtual ? orphansIn(all, problemOf) : []),
      ...absent
        .filter(({ reason }) => reason === 'missed')
        .map(({ daemonSet, detail }) => problemOf('missed', daemonSet, detail)),
    ],
  };
}

/** What is said of a pod with a record counts as soon as it says something of the record. */
function outcomeFor(pod: Pod, { record }: ObservedPod, scene: Scene): Outcome {
  const ask = asker(scene);
  const created = asCreated(pod, ask);
  return record === undefined || isPass(created) ? created : orElse(ask(pod), created);
}

const orElse = (outcome: Outcome, other: Outcome): Outcome => (isPass(outcome) ? outcome : other);

type Judged = Pick<Case, 'pod' | 'seen' | 'scene' | 'outcome'>;

function forgedIn({ pod, seen, scene, outcome }: Judged, record: InjectionRecord) {
  const doubted = doubtedIn(pod, record, scene, outcome);
  return record.daemonSets.filter((one) => doubted.includes(one) || isEmpty(one, seen));
}

/** Whether none of the containers that a record names is in the pod; ephemeral ones may be still to be added. */
const isEmpty = (recorded: RecordedDaemonSet, seen: ObservedPod): boolean =>
  !isEphemeral(recorded) &&
  recorded.containers.every(({ injectedAs }) => !seen.containers.has(injectedAs));

const forgeryOf = (recorded: RecordedDaemonSet, seen: ObservedPod): string =>
  isEmpty(recorded, seen)
    ? 'none of the containers that the record names is in the pod'
    : 'the record names containers that the injector would not have made';

const unreadable = (pod: Pod, { record }: ObservedPod): readonly string[] =>
  record === undefined && valueAt(metaOf(pod).annotations, RECORD_ANNOTATION) !== undefined
    ? ['the record cannot be read']
    : [];

function injectedOf(recorded: RecordedDaemonSet, { seen, scene }: Case): InjectedDaemonSet {
  const daemonSet = keyOf(recorded);
  const containers = reportsOf(seen, [recorded]);
  const wanted = wantedOf(scene, daemonSet, seen.node);
  return {
    ...{ daemonSet, revision: recorded.revision, wanted, containers },
    outdated: wanted !== '' && isBehind(seen, { daemonSet, revision: wanted }, scene),
    ready: containers.every(({ ready }) => ready),
  };
}

/** As the status of the placeholder has it: where another revision injects the same, a pod lacks nothing. */
function isBehind(
  seen: ObservedPod,
  asked: Pick<Placeholder, 'daemonSet' | 'revision'>,
  { facts, settings }: Scene,
): boolean {
  const revisions = revisionsOf({ ...asked, owner: undefined }, facts.daemonSets, settings);
  return revisions.lag(seen, revisions.held(seen)) !== 'none';
}

/** Every marked DaemonSet that is not in the pod. */
function absentIn({ seen, scene, outcome, believed }: Case): readonly AbsentDaemonSet[] {
  const recorded = new Set((seen.record?.daemonSets ?? []).map(keyOf));
  const isVirtual = scene.profileOf(seen.node) !== undefined;
  const verdicts = new Map(outcome.daemonSets.map((one) => [`${one.namespace}/${one.name}`, one]));
  return scene.facts.daemonSets.marked
    .filter(({ key }) => !recorded.has(key) && !believed.some((one) => keyOf(one) === key))
    .map(({ key }) => {
      const verdict = isPass(outcome) ? verdicts.get(key) : undefined;
      const { reason, detail } = verdict ?? outcome;
      const isMissed = verdict?.decision === 'inject' && isVirtual;
      return defined({ daemonSet: key, reason: isMissed ? 'missed' : reason, detail });
    });
}

/** Why the leader cannot add what was missed; each pod has to be planned for it, so it is asked for single pods. */
function withLate(
  absent: readonly AbsentDaemonSet[],
  { pod, scene: { world, settings } }: Case,
): readonly AbsentDaemonSet[] {
  if (absent.every(({ reason }) => reason !== 'missed')) return absent;
  const late = lateFor(pod, { world, settings, now: 0, lacking: true, restarts: 0 });
  const refused = new Map(
    late.verdicts
      .filter(({ decision }) => decision === 'skip')
      .map((one) => [`${one.namespace}/${one.name}`, clauseOf(one)]),
  );
  return absent.map((one) =>
    one.reason === 'missed' ? defined({ ...one, detail: refused.get(one.daemonSet) }) : one,
  );
}

type MakeProblem = (kind: ProblemKind, daemonSet: string, detail?: string) => Problem;

const problemsIn =
  ({ key, node }: ObservedPod): MakeProblem =>
  (kind, daemonSet, detail) =>
    defined({ kind, pod: key, node, daemonSet, detail });

const orphansIn = (all: Case, problemOf: MakeProblem): readonly Problem[] =>
  all.believed.flatMap((recorded) => {
    const loss = lossOf(recorded, all.scene) ?? refusalOf(recorded, all.outcome);
    return loss === undefined ? [] : [problemOf('orphaned', keyOf(recorded), loss)];
  });
