import { equal } from '../model/equal.js';
import { endsByItself } from '../model/pod.js';
import type { Warning } from '../outcome.js';
import type { Blueprint } from './blueprint.js';
import type { Choice } from './choose.js';
import { canBeAdded, wantsIsolation } from './isolate.js';
import type { Landing } from './landing.js';
import type { Refusal } from './refusal.js';
import { refused } from './refusal.js';
import type { Subject } from './subject.js';
import { byName } from '../world/store.js';
import { wantedAt } from './wanted-at.js';

/** The revision of a DaemonSet that a pod gets, or why it gets none. */
export interface Pick {
  readonly blueprint: Blueprint;
  readonly refusal?: Refusal;
  readonly warning?: Warning;
}

/** What was picked for a choice, and from which wishes of placeholders. */
interface Picked {
  readonly version: number;
  readonly picks: readonly Pick[];
  readonly choice: Choice;
}

const known = new WeakMap<Choice, Map<string, Picked>>();

/**
 * Picks the revision of each chosen DaemonSet. Which DaemonSets a pod gets follows from these as they are; what of them
 * goes in follows from the revision: the one that is wanted where the pod can land, unless it is broken or has still to
 * prove itself for such a pod; then the newest that has done so.
 *
 * @returns for one choice and pods that ask the same, the same object as long as the same is picked.
 */
export function revised(choice: Choice, subject: Subject, landing: Landing): Choice {
  const { facts, settings } = subject;
  if (!settings.placeholders) return choice;
  const { version } = facts.wanted;
  const traits = traitsOf(subject);
  const byTraits = known.get(choice) ?? new Map<string, Picked>();
  const before = byTraits.get(traits);
  if (before?.version === version) return before.choice;
  const picks = choice.chosen.map((present) => pick(present, subject, landing));
  const after =
    before !== undefined && isSame(before.picks, picks) ? before.choice : choiceOf(choice, picks);
  known.set(choice, byTraits.set(traits, { version, picks, choice: after }));
  return after;
}

/** All of a pod that plays a part in it: what has to be proven depends on what fails with it. */
const traitsOf = ({ spec, wishes: { startAfter, placement, isolation } }: Subject): string =>
  `${String(startAfter)} ${String(endsByItself(spec))} ${placement ?? ''} ${isolation ?? ''}`;

const isSame = (before: readonly Pick[], after: readonly Pick[]): boolean =>
  before.every(
    ({ blueprint, refusal, warning }, i) =>
      after[i]?.blueprint === blueprint &&
      equal(after[i].refusal, refusal) &&
      equal(after[i].warning, warning),
  );

function choiceOf(choice: Choice, picks: readonly Pick[]): Choice {
  const taken = picks.filter(({ refusal }) => refusal === undefined);
  const verdicts = picks.flatMap(({ blueprint, refusal }) =>
    refusal === undefined ? [] : [refused(blueprint, refusal)],
  );
  const isAsPresent =
    taken.length === choice.chosen.length &&
    taken.every(({ blueprint }, i) => choice.chosen[i] === blueprint);
  const warnings = picks.flatMap(({ warning }) => warning ?? []);
  if (isAsPresent && warnings.length === 0) return choice;
  return {
    ...choice,
    chosen: taken.map(({ blueprint }) => blueprint),
    others: [...choice.others, ...verdicts].sort(byName),
    warnings,
  };
}

/**
 * The revision of a DaemonSet that a pod gets that runs already: the newest proven one, since it can never be taken out
 * again; where nothing is proven yet, the one that is wanted, unless it is broken.
 */
export const revisedLate = (present: Blueprint, subject: Subject, landing: Landing): Pick =>
  subject.settings.placeholders
    ? pick(present, subject, landing, () => true)
    : { blueprint: present };

/** Asks for the wanted revision first, then for one that is proven. */
function pick(
  present: Blueprint,
  subject: Subject,
  landing: Landing,
  demands: typeof mustBeProven = mustBeProven,
): Pick {
  const { daemonSets } = subject.facts;
  const standing = daemonSets.standingOf(present);
  const wanted = wantedBlueprint(present, subject, landing);
  const hash = daemonSets.revisionOf(wanted);
  if (standing.proven.includes(hash)) return { blueprint: wanted };
  const reason = standing.broken.get(hash);
  if (reason === undefined && !demands(wanted, subject, landing)) return { blueprint: wanted };
  const proven = newestProven(present, subject);
  // Where nothing is proven somebody has to be the first, or a cluster of Jobs alone would never be injected. An ephemeral
  // container proves a revision and harms nobody.
  if (reason === undefined) return { blueprint: proven ?? first(wanted, subject, landing) };
  return proven === undefined
    ? { blueprint: present, refusal: { reason: 'revision_broken', detail: `${hash}: ${reason}` } }
    : { blueprint: proven, warning: brokenWarning(present, hash, reason) };
}

const first = (wanted: Blueprint, subject: Subject, { ground }: Landing): Blueprint =>
  canBeAdded(subject, ground) ? subject.facts.daemonSets.asEphemeral(wanted) : wanted;

const brokenWarning = ({ key }: Blueprint, hash: string, reason: string): Warning => ({
  code: 'broken_revision',
  message: `DaemonSet ${key}: revision ${hash} is broken (${reason}); the newest proven one is injected`,
});

/**
 * What the placeholders want where the pod can land. Where they differ, the pod gets what is proven until it is bound;
 * where there are none, and where nothing is proven, the DaemonSet as it is.
 */
function wantedBlueprint(present: Blueprint, subject: Subject, landing: Landing): Blueprint {
  const { wanted, daemonSets } = subject.facts;
  const wishes = wanted.of(present);
  if (wishes === undefined || wishes.everywhere === daemonSets.revisionOf(present)) return present;
  const [one, another] = wantedAt(wishes, landing);
  if (one === undefined) return present;
  const found =
    another === undefined ? soundAt(present, one, subject) : newestProven(present, subject);
  return found ?? present;
}

function newestProven(present: Blueprint, subject: Subject): Blueprint | undefined {
  for (const hash of subject.facts.daemonSets.standingOf(present).proven) {
    const blueprint = soundAt(present, hash, subject);
    if (blueprint !== undefined) return blueprint;
  }
  return undefined;
}

/** The watch of ControllerRevisions may be behind that of pods. */
function soundAt(present: Blueprint, hash: string, { facts }: Subject): Blueprint | undefined {
  const blueprint = facts.daemonSets.blueprintAt(present, hash);
  return blueprint?.misfit === undefined ? blueprint : undefined;
}

/**
 * Whether a revision that fails would keep the pod from starting or from ending: native sidecars and init containers hold
 * what comes after them. Whoever asks to start after the DaemonSet has asked for that, as has a DaemonSet whose init
 * containers gate. Ephemeral containers hold nothing.
 */
function mustBeProven(blueprint: Blueprint, subject: Subject, { ground }: Landing): boolean {
  const { inits, gatesInits, placement } = blueprint;
  const { spec, wishes } = subject;
  if (wishes.startAfter || wantsIsolation(blueprint, subject)) return false;
  if (inits.length > 0 && !gatesInits) return true;
  const isNative = endsByItself(spec) || (wishes.placement ?? placement) === 'native';
  return isNative && ground.nativeSidecars;
}
