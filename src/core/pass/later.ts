import type { Subject } from '../decide/subject.js';
import { withPod } from '../decide/subject.js';
import type { Outcome, Warning } from '../outcome.js';
import { skipped } from '../outcome.js';
import type { Passage } from '../patch/kept.js';
import { keptOf } from '../patch/kept.js';
import { patchOf } from '../patch/pod-patch.js';
import type { EnvRewrite } from '../plan/business.js';
import { envRestoresOf, envRewritesOf } from '../plan/business.js';
import type { Plan } from '../plan/plan.js';
import { planFor } from '../plan/plan.js';
import { holding } from '../plan/resources.js';
import { recordOf } from '../record/make.js';
import { encodeRecord } from '../record/record.js';
import type { Ours } from '../record/unpick.js';
import { oursIn, withoutOurs } from '../record/unpick.js';
import type { Landed } from './landed.js';
import { hasRoom, outcomeOf } from './outcome.js';

/**
 * Injects into any pod: what earlier passes put into it is taken off, planned anew, and compared.
 */
export function laterPass({ subject, landing, choice, warnings }: Landed): Outcome {
  const ours = oursIn(subject, landing);
  const base = withPod(subject, withoutOurs(subject.pod, ours));
  const plan = sized({ subject, ours, plan: planFor(base, landing, choice.chosen) });
  const injects = plan.parts.length > 0;
  const rewrites = rewritesFor(subject, ours, injects);
  const record = injects
    ? encodeRecord(recordOf({ subject, base, plan, ours, rewrites }))
    : undefined;
  if (record !== undefined && !hasRoom(subject, plan, record)) return skipped('no_room', warnings);
  const operations = patchOf({ subject, plan, ours, envRewrites: rewrites, record });
  return outcomeOf({ plan, choice, warnings: [...warnings, ...doubts(ours)], operations });
}

/** Sizes that somebody gave to what an earlier pass injected stay, and what the pod gets as a whole holds them. */
function sized({ subject, plan, ours }: Passage): Plan {
  const { podResources } = plan;
  return podResources === undefined || ours.containers.size === 0
    ? plan
    : { ...plan, podResources: holding(podResources, keptOf({ subject, plan, ours })) };
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
