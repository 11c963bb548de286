import { endsByItself } from '../model/pod.js';
import { byName } from '../world/store.js';
import type { Blueprint } from './blueprint.js';
import type { Choice } from './choose.js';
import type { Ground, Landing } from './landing.js';
import { refused } from './refusal.js';
import type { Subject } from './subject.js';

const known = new WeakMap<Choice, Map<string, Choice>>();

/**
 * Makes the DaemonSets ephemeral that shall not count for the pod's start and readiness, or that nothing else can carry into
 * it. Whoever asks to start after the DaemonSet gets it beside, as nobody can wait for an ephemeral container.
 *
 * @returns the choice itself where there are none; for one choice and pods that ask the same, the same object.
 */
export function isolated(choice: Choice, subject: Subject, { ground }: Landing): Choice {
  if (!choice.chosen.some((one) => isIsolated(one, subject, ground))) return choice;
  const traits = `${subject.wishes.isolation ?? ''} ${String(endsByItself(subject.spec))}`;
  const byTraits = known.get(choice) ?? new Map<string, Choice>();
  const before = byTraits.get(traits);
  if (before !== undefined) return before;
  const after = choiceOf(choice, subject, ground);
  known.set(choice, byTraits.set(traits, after));
  return after;
}

function choiceOf(choice: Choice, subject: Subject, ground: Ground): Choice {
  const { daemonSets } = subject.facts;
  const isRefused = (one: Blueprint): boolean =>
    !canBeAdded(subject, ground) && isIsolated(one, subject, ground);
  return {
    ...choice,
    chosen: choice.chosen
      .filter((one) => !isRefused(one))
      .map((one) => (isIsolated(one, subject, ground) ? daemonSets.asEphemeral(one) : one)),
    others: [
      ...choice.others,
      ...choice.chosen
        .filter(isRefused)
        .map((one) => refused(one, { reason: 'isolation_not_available' })),
    ].sort(byName),
  };
}

const isIsolated = (blueprint: Blueprint, subject: Subject, ground: Ground): boolean =>
  !blueprint.ephemeral &&
  !subject.wishes.startAfter &&
  (wantsIsolation(blueprint, subject) || isKeptFromEnding(subject, ground));

/** Whether the pod, else the DaemonSet, else the operator asks for ephemeral containers. */
export const wantsIsolation = (
  { isolation }: Blueprint,
  { wishes, settings }: Pick<Subject, 'wishes' | 'settings'>,
): boolean => (wishes.isolation ?? isolation ?? settings.isolation) === 'ephemeral';

/** A pod that ends by itself would not, with a plain container in it that runs on. */
const isKeptFromEnding = (subject: Subject, ground: Ground): boolean =>
  !ground.nativeSidecars && endsByItself(subject.spec) && canBeAdded(subject, ground);

/** Whether a pod that is admitted now will get ephemeral containers when it is bound. */
export const canBeAdded = (
  { settings }: Pick<Subject, 'settings'>,
  { ephemeralContainers }: Ground,
): boolean => ephemeralContainers && settings.addsLater;
