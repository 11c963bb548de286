import type { Choice } from '../decide/choose.js';
import type { Landing } from '../decide/landing.js';
import type { Subject } from '../decide/subject.js';
import { withPod } from '../decide/subject.js';
import { metaOf } from '../model/pod.js';
import { map } from '../model/types.js';
import type { Pod } from '../model/types.js';
import type { Outcome } from '../outcome.js';
import { skipped } from '../outcome.js';
import type { Operation } from '../patch/operation.js';
import { patchOf } from '../patch/pod-patch.js';
import type { Plan } from '../plan/plan.js';
import { planFor } from '../plan/plan.js';
import { recordOf } from '../record/make.js';
import { encodeRecord } from '../record/record.js';
import { bearsMarks, NOTHING } from '../record/unpick.js';
import type { Landed } from './landed.js';
import { hasRoom, outcomeOf } from './outcome.js';

/** What comes of a plan for pods that nobody has injected before. It is shared: nobody may change it. */
interface FirstPass {
  /** Undefined where nothing is injected. */
  readonly record: string | undefined;
  readonly operations: readonly Operation[];
  /** @returns for one choice always the same object, so that whoever writes it down needs to do so once. */
  readonly outcome: (choice: Choice) => Outcome;
}

/**
 * Whether a pod comes as its controller made it, and the patch depends on little more than the plan: no trace of an
 * earlier pass, nothing of the business to be rewritten, no affinity to be joined.
 */
export const isFirstPass = ({ pod, wishes }: Subject, { ground }: Landing): boolean =>
  !bearsMarks(pod) && !wishes.envHostIP && ground.pin.length === 0;

/** Injects into such a pod. Pods of one workload have one outcome, down to the same object. */
export function firstPass({ subject, landing, choice, warnings }: Landed): Outcome {
  const plan = planFor(subject, landing, choice.chosen);
  const { record, operations, outcome } = passOf(plan, subject);
  if (record !== undefined && !hasRoom(subject, plan, record)) return skipped('no_room', warnings);
  return warnings.length === 0
    ? outcome(choice)
    : outcomeOf({ plan, choice, warnings, operations });
}

/** Pods of one plan differ in no more than a few ways that a patch depends on; hostile ones are not remembered. */
const KEPT = 16;

const known = new WeakMap<Plan, Map<string, FirstPass>>();

/** Record and patch of a plan, for all pods that are the same to it. */
function passOf(plan: Plan, subject: Subject): FirstPass {
  const bare = bareOf(plan, subject.pod);
  const text = JSON.stringify(bare.metadata ?? null);
  const passes = known.get(plan) ?? new Map<string, FirstPass>();
  known.set(plan, passes);
  const remembered = passes.get(text);
  if (remembered !== undefined) return remembered;
  const pass = passFor(plan, withPod(subject, bare));
  if (passes.size >= KEPT) passes.clear();
  passes.set(text, pass);
  return pass;
}

/** The pod with all that record and patch may depend on, and nothing else. */
function bareOf({ outline, annotations: planned }: Plan, { metadata }: Pod): Pod {
  const { labels, annotations } = metaOf({ metadata: metadata ?? null });
  const taken = Object.keys(planned).filter((key) => key in map(annotations));
  return {
    metadata: metadata && {
      labels: labels && {},
      annotations: annotations && Object.fromEntries(taken.map((key) => [key, ''])),
    },
    spec: outline.spec,
  } as Pod;
}

function passFor(plan: Plan, subject: Subject): FirstPass {
  const change = { subject, plan, ours: NOTHING };
  const injects = plan.parts.length > 0;
  const record = injects
    ? encodeRecord(recordOf({ ...change, base: subject, rewrites: [] }))
    : undefined;
  const operations = Object.freeze(patchOf({ ...change, envRewrites: [], record }));
  const outcomes = new WeakMap<Choice, Outcome>();
  return {
    record,
    operations,
    outcome: (choice) => {
      const outcome =
        outcomes.get(choice) ??
        Object.freeze(outcomeOf({ plan, choice, warnings: [], operations }));
      outcomes.set(choice, outcome);
      return outcome;
    },
  };
}
