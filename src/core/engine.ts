import type { Choice } from './decide/choose.js';
import { choose, unknownNames } from './decide/choose.js';
import { gateFor } from './decide/gates.js';
import type { Landing } from './decide/landing.js';
import { landingOf } from './decide/landing.js';
import { wishesOf } from './decide/pod-wishes.js';
import type { Subject } from './decide/subject.js';
import { withPod } from './decide/subject.js';
import { factsOf } from './facts/facts.js';
import { RECORD_ANNOTATION } from './model/annotations.js';
import { metaOf, specOf } from './model/pod.js';
import { findMisfit, podShape } from './model/shape.js';
import { map } from './model/types.js';
import type { Pod } from './model/types.js';
import type { DaemonSetVerdict, Outcome, Warning } from './outcome.js';
import { skipped } from './outcome.js';
import { patchOf } from './patch/pod-patch.js';
import type { EnvRewrite } from './plan/business.js';
import { envRestoresOf, envRewritesOf } from './plan/business.js';
import { planFor } from './plan/plan.js';
import type { Plan } from './plan/plan.js';
import { recordOf } from './record/make.js';
import { encodeRecord } from './record/record.js';
import { fits } from './record/room.js';
import type { Ours } from './record/unpick.js';
import { oursIn, withoutOurs } from './record/unpick.js';
import type { Settings } from './settings.js';
import { byName } from './world/store.js';
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
  const misfit = findMisfit(request.pod, podShape);
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
  if (gate !== undefined) return skipped(gate, warnings);
  const landing = landingOf(subject);
  return typeof landing === 'string'
    ? skipped(landing, warnings)
    : injectAt({
        subject,
        landing,
        choice: choose(subject, landing.fitting, request.nameAll === true),
        warnings: [...warnings, ...unknownNames(subject)],
      });
}

/** What is known once it is clear that the pod goes to a virtual node. */
interface Landed {
  readonly subject: Subject;
  readonly landing: Landing;
  readonly choice: Choice;
  readonly warnings: readonly Warning[];
}

/** What earlier passes put into the pod is taken off, planned anew, and compared. */
function injectAt({ subject, landing, choice, warnings }: Landed): Outcome {
  const ours = oursIn(subject, landing);
  const base = withPod(subject, withoutOurs(subject.pod, ours));
  const plan = planFor(base, landing, choice.chosen);
  const injects = plan.parts.length > 0;
  const rewrites = rewritesFor(subject, ours, injects);
  const record = injects
    ? encodeRecord(recordOf({ subject, base, plan, ours, rewrites }))
    : undefined;
  if (record !== undefined && !hasRoom(subject, plan, record)) return skipped('no_room', warnings);
  return {
    decision: injects ? 'inject' : 'skip',
    reason: injects ? 'injected' : 'no_daemonset',
    daemonSets: verdictsOf(plan, choice),
    ...(choice.unnamed > 0 ? { unnamed: choice.unnamed } : {}),
    warnings: [...warnings, ...doubts(ours), ...plan.warnings],
    operations: patchOf({ subject, plan, ours, envRewrites: rewrites, record }),
  };
}

/** An older record is replaced by the new one. */
function hasRoom({ pod }: Subject, plan: Plan, record: string): boolean {
  const { [RECORD_ANNOTATION]: _, ...present } = map(metaOf(pod).annotations);
  return fits(present, { ...plan.annotations, [RECORD_ANNOTATION]: record });
}

/** In the order of the World. */
const verdictsOf = ({ verdicts }: Plan, { others }: Choice): readonly DaemonSetVerdict[] =>
  others.length === 0 ? verdicts : [...verdicts, ...others].sort(byName);

function rewritesFor(
  { spec, wishes }: Subject,
  ours: Ours,
  injects: boolean,
): readonly EnvRewrite[] {
  if (!injects) return envRestoresOf(spec, ours.record);
  return wishes.envHostIP ? envRewritesOf(spec, ({ name }) => ours.containers.has(name)) : [];
}

const doubts = ({ doubted }: Ours): readonly Warning[] =>
  doubted
    ? [
        {
          code: 'record_dropped',
          message:
            'the record on the pod names containers that the injector would not have made; they stay, the record is dropped',
        },
      ]
    : [];
