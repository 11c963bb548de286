import { choose } from '../decide/choose.js';
import type { Choice } from '../decide/choose.js';
import { refused } from '../decide/refusal.js';
import { revisedLate } from '../decide/revise.js';
import { withPod } from '../decide/subject.js';
import { RECORD_ANNOTATION } from '../model/annotations.js';
import { allContainers, metaOf, specOf } from '../model/pod.js';
import { podMisfit } from '../model/pod-misfit.js';
import { timeText } from '../model/time.js';
import { list, map } from '../model/types.js';
import type { Container, Pod } from '../model/types.js';
import type { DaemonSetVerdict, Warning } from '../outcome.js';
import type { Part } from '../plan/carry.js';
import { planForRunning } from '../plan/plan.js';
import { recorded } from '../record/make.js';
import { encodeRecord } from '../record/record.js';
import type { InjectionRecord, RecordedDaemonSet } from '../record/record.js';
import { fits } from '../record/room.js';
import type { Settings } from '../settings.js';
import type { World } from '../world/world.js';
import { earlierIn } from './earlier.js';
import type { Earlier } from './earlier.js';
import { namedIn, recordIn } from './lacking.js';
import { seatOf } from './seat.js';
import type { Seat } from './seat.js';
import { stepsFor } from './steps.js';
import type { Promised, Steps, StepsQuestion } from './steps.js';

/** What a running pod gets, and why it does not get more. */
export interface Late {
  /** The record that the pod should bear; undefined where it bears it. To be written before the containers. */
  readonly record: string | undefined;
  /** Ephemeral containers to be added now, in this order. */
  readonly containers: readonly Container[];
  /** Milliseconds until time alone gives more to do (back-off); undefined for never. */
  readonly lookAgain: number | undefined;
  /** For each DaemonSet that is lacking or is there in ephemeral form: injected, or the reason why not. */
  readonly verdicts: readonly DaemonSetVerdict[];
  readonly warnings: readonly Warning[];
}

export interface LateQuestion {
  readonly world: World;
  readonly settings: Settings;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether the pod gets what it lacks as well, or only what its record promises. */
  readonly lacking: boolean;
  /** How often the ephemeral container of one DaemonSet container may be started again in one pod. */
  readonly restarts: number;
  /** DaemonSets that the pod is not to get now, though it lacks them, as "namespace/name". */
  readonly later?: ReadonlySet<string>;
}

const NOTHING: Late = {
  record: undefined,
  containers: [],
  lookAgain: undefined,
  verdicts: [],
  warnings: [],
};

/**
 * What a pod gets that runs already: ephemeral containers, as nothing else can be added to it (see docs/lifecycle.md).
 *
 * Nothing is built from what the record on the pod says: every DaemonSet is chosen and planned anew, and of the record only
 * names, restarts and revisions are taken over. A forged one can make the injector add what it would have added anyway. A pod
 * whose record cannot be read, or was taken away, is left alone: what it names may be there as sidecars.
 *
 * Pure. After its record and its containers were written, the same question yields neither.
 *
 * @param pod the whole pod, as the API server has it.
 */
export function lateFor(pod: Pod, question: LateQuestion): Late {
  if (podMisfit(pod) !== undefined) return NOTHING;
  const seat = seatOf(pod, question.world, question.settings);
  if (seat === undefined) return NOTHING;
  const record = recordIn(pod);
  if (record === 'unreadable') return NOTHING;
  const choice = choose(seat.subject, seat.landing.fitting, false);
  const earlier = earlierIn(seat, record, choice);
  const taken = takenIn(pod, record);
  const since = timeText(question.now);
  const lacking = question.lacking
    ? additionsTo(seat, { choice, record, earlier, taken, since, later: question.later })
    : NONE;
  const steps = stepsIn([...earlier.parts, ...lacking.parts], { ...question, pod, taken });
  return lateOf(pod, { record, steps, lacking, earlier });
}

const takenIn = (pod: Pod, record: InjectionRecord | undefined): Set<string> =>
  new Set([
    ...allContainers(specOf(pod)).map(({ name }) => name),
    ...list(record?.daemonSets).flatMap(({ containers }) =>
      containers.map(({ injectedAs }) => injectedAs),
    ),
  ]);

interface Additions {
  readonly parts: readonly Promised[];
  readonly verdicts: readonly DaemonSetVerdict[];
  readonly warnings: readonly Warning[];
}

const NONE: Additions = { parts: [], verdicts: [], warnings: [] };

interface Given {
  readonly choice: Choice;
  readonly record: InjectionRecord | undefined;
  readonly earlier: Earlier;
  readonly taken: ReadonlySet<string>;
  /** Now, in RFC 3339. */
  readonly since: string;
  readonly later: ReadonlySet<string> | undefined;
}

/** The DaemonSets that the pod lacks, as far as they can be expressed as ephemeral containers with what the pod has. */
function additionsTo(
  { subject, landing }: Seat,
  { choice, record, earlier, taken, since, later }: Given,
): Additions {
  const named = namedIn(record);
  const { daemonSets } = subject.facts;
  const picks = choice.chosen
    .filter(({ key }) => !named.has(key) && later?.has(key) !== true)
    .map((present) => revisedLate(present, subject, landing))
    .map((pick) =>
      pick.refusal !== undefined || landing.ground.ephemeralContainers
        ? pick
        : { ...pick, refusal: { reason: 'isolation_not_available' } as const },
    );
  const blueprints = picks
    .filter(({ refusal }) => refusal === undefined)
    .map(({ blueprint }) => daemonSets.asEphemeral(blueprint));
  const others = picks.flatMap(({ blueprint, refusal }) =>
    refusal === undefined ? [] : [refused(blueprint, refusal)],
  );
  const plan = planForRunning(withNames(subject, taken), landing, blueprints, earlier.present);
  return {
    parts: plan.parts.map((part) => promisedOf({ ...recorded(part, subject), since }, part)),
    verdicts: [...plan.verdicts, ...others],
    warnings: [...picks.flatMap(({ warning }) => warning ?? []), ...plan.warnings],
  };
}

const promisedOf = (one: RecordedDaemonSet, part: Part): Promised => ({
  part,
  recorded: one,
  revision: one.revision,
});

/** The pod as if all names that its record promises were there already. */
function withNames(subject: Seat['subject'], taken: ReadonlySet<string>): Seat['subject'] {
  const { pod, spec } = subject;
  const present = new Set(allContainers(spec).map(({ name }) => name));
  const promised = [...taken].filter((name) => !present.has(name)).map((name) => ({ name }));
  if (promised.length === 0) return subject;
  const ephemeralContainers = [...list(spec.ephemeralContainers), ...promised];
  return withPod(subject, { ...pod, spec: { ...spec, ephemeralContainers } });
}

const stepsIn = (promised: readonly Promised[], question: StepsQuestion): readonly Steps[] =>
  promised.map((one) => stepsFor(one, question));

interface Found {
  readonly record: InjectionRecord | undefined;
  readonly steps: readonly Steps[];
  readonly lacking: Additions;
  readonly earlier: Earlier;
}

function lateOf(pod: Pod, { record, steps, lacking, earlier }: Found): Late {
  const text = recordText(record, steps);
  const verdicts = [...earlier.verdicts, ...lacking.verdicts];
  if (text !== undefined && !hasRoom(pod, text)) return { ...NOTHING, verdicts };
  const waits = steps.flatMap(({ waits: some }) => some);
  return {
    record: text,
    containers: steps.flatMap(({ containers }) => containers),
    lookAgain: waits.length > 0 ? Math.min(...waits) : undefined,
    verdicts: verdicts.map((verdict) => withSteps(verdict, steps)),
    warnings: lacking.warnings,
  };
}

/** @returns the record as it shall be; undefined where it is so, or where nothing was injected. */
function recordText(
  record: InjectionRecord | undefined,
  steps: readonly Steps[],
): string | undefined {
  if (steps.length === 0) return undefined;
  const after = new Map(steps.map(({ recorded: one }) => [keyOf(one), one]));
  const known = list(record?.daemonSets);
  const kept = known.map((one) => after.get(keyOf(one)) ?? one);
  const named = namedIn(record);
  const added = [...after].filter(([key]) => !named.has(key)).map(([, one]) => one);
  const text = encodeRecord({
    version: 1,
    volumes: [],
    ...record,
    daemonSets: [...kept, ...added],
  });
  return record !== undefined && text === encodeRecord(record) ? undefined : text;
}

const keyOf = ({ namespace, name }: Pick<RecordedDaemonSet, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

function hasRoom(pod: Pod, text: string): boolean {
  const { [RECORD_ANNOTATION]: _, ...present } = map(metaOf(pod).annotations);
  return fits(present, { [RECORD_ANNOTATION]: text });
}

/** The verdict with the names that the containers have by now, and with what has ended for good. */
function withSteps(verdict: DaemonSetVerdict, steps: readonly Steps[]): DaemonSetVerdict {
  const found = steps.find(({ recorded: one }) => keyOf(one) === keyOf(verdict));
  if (verdict.decision === 'skip' || found === undefined) return verdict;
  const { givenUp, held, recorded: one } = found;
  if (held !== undefined) {
    const { namespace, name } = verdict;
    return refused({ namespace, name }, { reason: 'revision_broken', detail: held });
  }
  return {
    ...verdict,
    ...(givenUp === undefined ? {} : { detail: `${givenUp} has ended, and is not started again` }),
    containers: one.containers.map(({ container, injectedAs, placement }) => ({
      ...{ container, injectedAs, placement },
    })),
  };
}
