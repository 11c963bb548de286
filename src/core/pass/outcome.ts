import type { Choice } from '../decide/choose.js';
import type { Subject } from '../decide/subject.js';
import { RECORD_ANNOTATION } from '../model/annotations.js';
import { metaOf } from '../model/pod.js';
import { list, map } from '../model/types.js';
import type { DaemonSetVerdict, Outcome, Warning } from '../outcome.js';
import type { Operation } from '../patch/operation.js';
import type { Plan } from '../plan/plan.js';
import { fits } from '../record/room.js';
import { byName } from '../world/store.js';

interface Result {
  readonly plan: Plan;
  readonly choice: Choice;
  /** What there is to say besides the plan's warnings. */
  readonly warnings: readonly Warning[];
  readonly operations: readonly Operation[];
}

/** What the engine says of a pod for which there is a plan. */
export function outcomeOf({ plan, choice, warnings, operations }: Result): Outcome {
  const injects = plan.parts.length > 0;
  return {
    decision: injects ? 'inject' : 'skip',
    reason: injects ? 'injected' : 'no_daemonset',
    daemonSets: verdictsOf(plan, choice),
    ...(choice.unnamed > 0 ? { unnamed: choice.unnamed } : {}),
    warnings: [...warnings, ...list(choice.warnings), ...plan.warnings],
    operations,
  };
}

/** In the order of the World. */
const verdictsOf = ({ verdicts }: Plan, { others }: Choice): readonly DaemonSetVerdict[] =>
  others.length === 0 ? verdicts : [...verdicts, ...others].sort(byName);

/** Whether a record has room beside the annotations of a pod; an older one is replaced by it. */
export function hasRoom({ pod }: Subject, plan: Plan, record: string): boolean {
  const { [RECORD_ANNOTATION]: _, ...present } = map(metaOf(pod).annotations);
  return fits(present, { ...plan.annotations, [RECORD_ANNOTATION]: record });
}
