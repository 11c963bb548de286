import type { Blueprint } from '../decide/blueprint.js';
import type { Choice } from '../decide/choose.js';
import { refused } from '../decide/refusal.js';
import { revisedLate } from '../decide/revise.js';
import type { Subject } from '../decide/subject.js';
import { withPod } from '../decide/subject.js';
import { list } from '../model/types.js';
import type { Pod, PodSpec } from '../model/types.js';
import { metaOf, specOf } from '../model/pod.js';
import type { DaemonSetVerdict } from '../outcome.js';
import type { Part } from '../plan/carry.js';
import type { Plan, Present } from '../plan/plan.js';
import { planFor, planRegardless } from '../plan/plan.js';
import { covers } from '../record/covers.js';
import { isEphemeral } from '../record/record.js';
import type { InjectionRecord, RecordedDaemonSet } from '../record/record.js';
import { oursIn, recordedBlueprints, withoutOurs } from '../record/unpick.js';
import type { Seat } from './seat.js';
import type { Promised } from './steps.js';

/** What became of the DaemonSets that the record of a pod names. */
export interface Earlier {
  /** What of them a plan for others has to know. */
  readonly present: Present;
  /** Those that are in the pod, or are promised to it, as ephemeral containers. */
  readonly parts: readonly Promised[];
  /** One for each that is, or should be, ephemeral. */
  readonly verdicts: readonly DaemonSetVerdict[];
}

/** Plans anew what a record names, to see what of it is in the pod and what is still to come. */
export function earlierIn(
  { subject, landing }: Seat,
  record: InjectionRecord | undefined,
  choice: Choice,
): Earlier {
  if (record === undefined) return NOTHING;
  // Names and volumes were given to them when the pod had no ephemeral containers.
  const asMade = withPod(subject, withoutEphemeral(subject.pod));
  const ours = oursIn(asMade, landing);
  const base = withPod(asMade, withoutOurs(asMade.pod, { ...ours, record }));
  const blueprints = blueprintsOf(record, { subject, landing });
  const plan = planRegardless(base, landing, blueprints);
  const refusals = new Map(
    planFor(base, landing, blueprints).verdicts.map((verdict) => [keyOf(verdict), verdict]),
  );
  const judged = record.daemonSets
    .filter(isEphemeral)
    .flatMap((recorded) => judge(recorded, { plan, refusals, choice, subject }));
  return {
    present: {
      blueprints,
      directories: new Map([...plan.directories].filter(([, name]) => ours.volumes.has(name))),
    },
    parts: judged.flatMap(({ promised }) => promised ?? []),
    verdicts: judged.map(({ verdict }) => verdict),
  };
}

const NOTHING: Earlier = {
  present: { blueprints: [], directories: new Map() },
  parts: [],
  verdicts: [],
};

const keyOf = ({ namespace, name }: { namespace: string; name: string }): string =>
  `${namespace}/${name}`;

function withoutEphemeral(pod: Pod): Pod {
  const { ephemeralContainers: _, ...spec } = specOf(pod);
  return { ...pod, spec };
}

/** Of a revision that is not known any more, the one that the pod would get now. */
function blueprintsOf(record: InjectionRecord, { subject, landing }: Seat): readonly Blueprint[] {
  const { daemonSets } = subject.facts;
  return record.daemonSets.flatMap((recorded) => {
    const [known] = recordedBlueprints({ ...record, daemonSets: [recorded] }, subject);
    if (known !== undefined || !isEphemeral(recorded)) return known ?? [];
    const present = daemonSets.find(keyOf(recorded));
    if (present === undefined || isAnother(present, recorded)) return [];
    const { blueprint, refusal } = revisedLate(present, subject, landing);
    return refusal === undefined ? daemonSets.asEphemeral(blueprint) : [];
  });
}

/** Whether a DaemonSet was deleted and made anew since a record named it. */
function isAnother({ daemonSet }: Blueprint, { uid }: RecordedDaemonSet): boolean {
  const actual = metaOf(daemonSet).uid;
  return uid !== undefined && actual !== undefined && uid !== actual;
}

interface Judged {
  readonly verdict: DaemonSetVerdict;
  readonly promised?: Promised;
}

interface Question {
  readonly plan: Plan;
  /** What is said of each by a plan that asks whether it can be carried over. */
  readonly refusals: ReadonlyMap<string, DaemonSetVerdict>;
  readonly choice: Choice;
  readonly subject: Subject;
}

/** Nothing is said of a DaemonSet that is gone: its containers are orphans. */
function judge(recorded: RecordedDaemonSet, question: Question): readonly Judged[] {
  const { plan, refusals, choice, subject } = question;
  const key = keyOf(recorded);
  const part = plan.parts.find(({ context }) => context.blueprint.key === key);
  const planned = refusals.get(key);
  if (part === undefined || planned === undefined) return [];
  const isChosen = choice.chosen.some((one) => one.key === key);
  const { blueprint } = part.context;
  if (!isChosen) {
    const other = choice.others.find((one) => keyOf(one) === key);
    return [{ verdict: other ?? refused(blueprint, { reason: 'not_marked' }) }];
  }
  if (planned.decision === 'skip') return [{ verdict: planned }];
  const lacking = lackingVolume(part, plan, subject.spec);
  if (lacking !== undefined) {
    const detail = `volume ${lacking} that the pod lacks`;
    return [{ verdict: refused(blueprint, { reason: 'not_ephemeral', detail }) }];
  }
  return [{ verdict: planned, promised: { part, recorded, ...standingOf(blueprint, subject) } }];
}

/** Where there are no placeholders nobody judges revisions. */
function standingOf(blueprint: Blueprint, { facts, settings }: Subject): Standing {
  const { daemonSets } = facts;
  const revision = daemonSets.revisionOf(blueprint);
  const broken = settings.placeholders
    ? daemonSets.standingOf(blueprint).broken.get(revision)
    : undefined;
  return { revision, broken };
}

type Standing = Pick<Promised, 'revision' | 'broken'>;

/** The name of a volume that a part mounts and that the pod does not have as it is planned. */
function lackingVolume({ containers }: Part, plan: Plan, spec: PodSpec): string | undefined {
  const actual = new Map(list(spec.volumes).map((volume) => [volume.name, volume]));
  const planned = new Map(plan.volumes.map((volume) => [volume.name, volume]));
  return containers
    .flatMap(({ container }) => list(container.volumeMounts).map(({ name }) => name))
    .find((name) => !actual.has(name) || !covers(actual.get(name), planned.get(name) ?? {}));
}
