import { list } from '../model/types.js';
import type { Container, Pod } from '../model/types.js';
import { allContainers, specOf } from '../model/pod.js';
import type { Part, PlannedContainer } from '../plan/carry.js';
import { restartsOf } from '../record/record.js';
import type { RecordedContainer, RecordedDaemonSet } from '../record/record.js';
import { statusOf } from '../status/observed.js';
import { isFree, nextName } from './names.js';

/** What there is to do in a pod for one DaemonSet that is in it, or shall be, as ephemeral containers. */
export interface Steps {
  /** The DaemonSet as the record shall name it before the containers are added. */
  readonly recorded: RecordedDaemonSet;
  /** What is to be added now. */
  readonly containers: readonly Container[];
  /** Milliseconds until a container that has ended may be started again. */
  readonly waits: readonly number[];
  /** The name of a container that has ended so often that it is left so. */
  readonly givenUp: string | undefined;
  /** What is said of the revision where it is broken, and something would have been added of it. */
  readonly held: string | undefined;
}

/** Milliseconds that pass before an ephemeral container is started again, as a kubelet does it. */
const FIRST_BACK_OFF = 10_000;
const LONGEST_BACK_OFF = 300_000;

/** A DaemonSet as it is planned for a pod, and as its record names it or shall name it. */
export interface Promised {
  readonly part: Part;
  readonly recorded: RecordedDaemonSet;
  /** The one that it is planned with; the record's own, as long as the World knows that. */
  readonly revision: string;
  /** What is said of that revision where it is broken: nothing of it is added or started again as long as it is. */
  readonly broken?: string | undefined;
}

export interface StepsQuestion {
  readonly pod: Pod;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How often a container may be started again. */
  readonly restarts: number;
  /** Names that nobody else can have: of all containers of the pod, and of those that its record names. It grows. */
  readonly taken: Set<string>;
}

/** How a container of a DaemonSet fares: it is not there, is there, has done its work, or ended at a time. */
type Fate = 'absent' | 'there' | 'done' | { readonly endedAt: number };

/** What is found for one container. */
interface Step {
  readonly recorded: RecordedContainer;
  readonly container?: Container;
  readonly wait?: number;
  readonly givenUp?: true;
  readonly isHeld?: true;
}

/**
 * What is to be done for one DaemonSet. Its init containers are added one after the other, each when the one before has
 * ended well, then all others together. Of one that has ended, the next is added under another name, later each time.
 *
 * @param promised nothing is built from what the record says but names.
 */
export function stepsFor(promised: Promised, question: StepsQuestion): Steps {
  const { part, recorded, revision, broken } = promised;
  const known = new Map(recorded.containers.map((one) => [one.container, one]));
  const all = part.containers.map((planned) => ({
    planned,
    recorded: known.get(planned.source) ?? freshly(planned, part),
  }));
  const isInit = ({ planned }: (typeof all)[number]): boolean => isInitOf(part, planned.source);
  const open = all
    .filter(isInit)
    .find((one) => fateOf(one.recorded, true, question.pod) !== 'done');
  const due = open === undefined ? all.filter((one) => !isInit(one)) : [open];
  const steps = new Map(
    due.map((one) => [
      one.planned.source,
      broken === undefined
        ? stepFor(one.planned, one.recorded, question)
        : heldStep(one.recorded, question.pod),
    ]),
  );
  const found = [...steps.values()];
  const containers = found.flatMap(({ container }) => container ?? []);
  return {
    recorded: {
      ...recorded,
      // It tells what runs.
      revision: containers.length > 0 ? revision : recorded.revision,
      containers: all.map((one) => steps.get(one.planned.source)?.recorded ?? one.recorded),
    },
    containers,
    waits: found.flatMap(({ wait }) => wait ?? []),
    givenUp: found.find(({ givenUp }) => givenUp)?.recorded.injectedAs,
    held: found.some(({ isHeld }) => isHeld) ? `${revision}: ${broken ?? ''}` : undefined,
  };
}

const isInitOf = ({ context }: Part, source: string): boolean =>
  context.blueprint.inits.some(({ name }) => name === source);

/** A container as the record names it that has never been added. */
function freshly(planned: PlannedContainer, part: Part): RecordedContainer {
  const { source, container } = planned;
  const what = { container: source, injectedAs: container.name, placement: 'ephemeral' } as const;
  return isInitOf(part, source) ? { ...what, init: true } : what;
}

function fateOf({ injectedAs }: RecordedContainer, isInit: boolean, pod: Pod): Fate {
  const isThere = list(specOf(pod).ephemeralContainers).some(({ name }) => name === injectedAs);
  if (!isThere) return 'absent';
  const status = list(statusOf(pod).ephemeralContainerStatuses).find(
    ({ name }) => name === injectedAs,
  );
  const ended = status?.state?.terminated;
  if (ended === undefined) return 'there';
  if (isInit && ended.exitCode === 0) return 'done';
  return { endedAt: Date.parse(ended.finishedAt ?? '') || 0 };
}

/** Of a revision that is broken: what runs stays. */
const heldStep = (recorded: RecordedContainer, pod: Pod): Step =>
  fateOf(recorded, false, pod) === 'there' ? { recorded } : { recorded, isHeld: true };

function stepFor(
  planned: PlannedContainer,
  recorded: RecordedContainer,
  question: StepsQuestion,
): Step {
  const fate = fateOf(recorded, false, question.pod);
  if (fate === 'there' || fate === 'done') return { recorded };
  if (fate === 'absent') return added(planned, recorded, question);
  const restarts = restartsOf(recorded);
  if (restarts >= question.restarts) return { recorded, givenUp: true };
  const backOff = Math.min(FIRST_BACK_OFF * 2 ** restarts, LONGEST_BACK_OFF);
  const wait = fate.endedAt + backOff - question.now;
  if (wait > 0) return { recorded, wait };
  return named(planned, recorded, {
    injectedAs: nextName(recorded, question.taken),
    restarts: restarts + 1,
    taken: question.taken,
  });
}

/** Adds a container that was promised, under the name that the record gives it if it can have that. */
function added(
  planned: PlannedContainer,
  recorded: RecordedContainer,
  { pod, taken }: StepsQuestion,
): Step {
  const present = new Set(allContainers(specOf(pod)).map(({ name }) => name));
  const { name } = planned.container;
  const free = [recorded.injectedAs, name].find((one) => isFree(one, present));
  const injectedAs = free ?? nextName({ ...recorded, injectedAs: name, restarts: 0 }, taken);
  return named(planned, recorded, { injectedAs, restarts: restartsOf(recorded), taken });
}

interface Naming {
  readonly injectedAs: string;
  readonly restarts: number;
  readonly taken: Set<string>;
}

function named(
  { container }: PlannedContainer,
  { restarts: _, ...recorded }: RecordedContainer,
  { injectedAs, restarts, taken }: Naming,
): Step {
  taken.add(injectedAs);
  return {
    recorded: { ...recorded, injectedAs, ...(restarts > 0 ? { restarts } : {}) },
    container: { ...container, name: injectedAs },
  };
}
