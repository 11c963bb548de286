import { choose, unknownNames } from './decide/choose.js';
import { gateFor } from './decide/gates.js';
import { isolated } from './decide/isolate.js';
import { landingOf } from './decide/landing.js';
import { wishesOf } from './decide/pod-wishes.js';
import { revised } from './decide/revise.js';
import type { Subject } from './decide/subject.js';
import { factsOf } from './facts/facts.js';
import { podMisfit } from './model/pod-misfit.js';
import { specOf } from './model/pod.js';
import type { Pod } from './model/types.js';
import type { Outcome, Warning } from './outcome.js';
import { gated, skipped } from './outcome.js';
import { firstPass, isFirstPass } from './pass/first.js';
import type { Landed } from './pass/landed.js';
import { laterPass } from './pass/later.js';
import { placeholderPatch } from './placeholder/patch.js';
import type { Settings } from './settings.js';
import type { World } from './world/world.js';

/** One pod to decide about, as a door of the injector hands it to the engine. */
export interface Request {
  readonly pod: Pod;
  /** The namespace of the request; that of the object may be empty or, in a forged review, another. */
  readonly namespace: string;
  /** Volumes that the pod's controller will add (volumeClaimTemplates); their names are taken. Offline only. */
  readonly claimVolumes?: readonly string[];
  /**
   * Name every marked DaemonSet in the outcome, for a person who asks. Else those that do not run where the pod lands,
   * or ask for other pods, are named as long as they are few: a review must not cost more in a larger cluster.
   */
  readonly nameAll?: boolean;
}

/**
 * Decides about a pod and says what to change. Pure: the same arguments give the same outcome.
 *
 * @returns the decision with its reasons and a JSON Patch against `request.pod`, which stays untouched.
 */
export function inject(request: Request, world: World, settings: Settings): Outcome {
  const misfit = podMisfit(request.pod);
  if (misfit !== undefined) return skipped('malformed_pod', [], misfit);
  const warnings: Warning[] = [];
  const subject: Subject = {
    pod: request.pod,
    spec: specOf(request.pod),
    namespace: request.namespace,
    claimVolumes: request.claimVolumes ?? [],
    wishes: wishesOf(
      request.pod,
      world.namespace(request.namespace),
      settings.annotationPrefixes,
      (warning) => warnings.push(warning),
    ),
    world,
    facts: factsOf(world, settings),
    settings,
  };
  const gate = gateFor(subject);
  if (gate === 'placeholder') return gated(placeholderPatch(request.pod), warnings);
  if (gate !== undefined) return skipped(gate, warnings);
  const landing = landingOf(subject);
  if (typeof landing === 'string') return skipped(landing, warnings);
  const chosen = choose(subject, landing.fitting, request.nameAll === true);
  return injectAt({
    subject,
    landing,
    choice: isolated(revised(chosen, subject, landing), subject, landing),
    warnings: [...warnings, ...unknownNames(subject)],
  });
}

const injectAt = (landed: Landed): Outcome =>
  isFirstPass(landed.subject, landed.landing) ? firstPass(landed) : laterPass(landed);
