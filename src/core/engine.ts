import type { Blueprint } from './decide/blueprint.js';
import type { Refusal } from './decide/choose.js';
import { unknownNames } from './decide/choose.js';
import { gateFor } from './decide/gates.js';
import type { Landing } from './decide/landing.js';
import { landingOf } from './decide/landing.js';
import { wishesOf } from './decide/pod-wishes.js';
import type { Subject } from './decide/subject.js';
import { withPod } from './decide/subject.js';
import { factsOf } from './facts.js';
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
import type { Part } from './plan/carry.js';
import { planFor } from './plan/plan.js';
import type { Plan } from './plan/plan.js';
import { qosWarnings } from './plan/qos-warnings.js';
import { recordOf } from './record/make.js';
import type { InjectionRecord } from './record/record.js';
import { encodeRecord } from './record/record.js';
import { fits } from './record/room.js';
import type { Ours } from './record/unpick.js';
import { oursIn, withoutOurs } from './record/unpick.js';
import type { Settings } from './settings.js';
import type { World } from './world.js';

/** One pod to decide about, as a door of the injector hands it to the engine. */
export interface Request {
  readonly pod: Pod;
  /** The namespace of the request; that of the object may be empty or, in a forged review, another. */
  readonly namespace: string;
  /** Volumes that the pod's controller will add (volumeClaimTemplates); their names are taken. Offline only. */
  readonly claimVolumes?: readonly string[];
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
    : injectAt(subject, landing, [...warnings, ...unknownNames(subject)]);
}

/** An older record is replaced by the new one. */
function hasRoom({ pod }: Subject, plan: Plan, record: InjectionRecord): boolean {
  const { [RECORD_ANNOTATION]: _, ...present } = map(metaOf(pod).annotations);
  return fits(present, { ...plan.annotations, [RECORD_ANNOTATION]: encodeRecord(record) });
}

/** The pod goes to a virtual node: what earlier passes put into it is taken off, planned anew, and compared. */
function injectAt(subject: Subject, landing: Landing, warnings: readonly Warning[]): Outcome {
  const ours = oursIn(subject, landing);
  const base = withPod(subject, withoutOurs(subject.pod, ours));
  const marked = subject.facts.blueprints.filter((blueprint) => blueprint.marked);
  const plan = planFor(base, landing, marked);
  const injects = plan.parts.length > 0;
  const rewrites = rewritesFor(subject, ours, injects);
  const record = injects ? recordOf({ subject, base, plan, ours, rewrites }) : undefined;
  if (record !== undefined && !hasRoom(subject, plan, record)) return skipped('no_room', warnings);
  return {
    decision: injects ? 'inject' : 'skip',
    reason: injects ? 'injected' : 'no_daemonset',
    daemonSets: marked.map((blueprint) => verdictOf(blueprint, plan)),
    warnings: [...warnings, ...doubts(ours), ...plan.warnings, ...qosWarnings(base, plan)],
    operations: patchOf({ subject, plan, ours, envRewrites: rewrites, record }),
  };
}

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

function verdictOf(blueprint: Blueprint, plan: Plan): DaemonSetVerdict {
  const part = plan.parts.find(({ context }) => context.blueprint === blueprint);
  const { namespace, name } = blueprint;
  if (part !== undefined) {
    return {
      namespace,
      name,
      decision: 'inject',
      reason: 'injected',
      containers: containersIn(part),
    };
  }
  const refusal: Refusal = plan.refusals.get(blueprint) ?? { reason: 'not_marked' };
  return { namespace, name, decision: 'skip', ...refusal, containers: [] };
}

const containersIn = ({ containers }: Part): DaemonSetVerdict['containers'] =>
  containers.map(({ source, container, placement }) => ({
    container: source,
    injectedAs: container.name,
    placement,
  }));
