import { map } from '../model/types.js';
import { metaOf, operatingSystemOf } from '../model/pod.js';
import type { DaemonSetVerdict, Warning } from '../outcome.js';
import { matchesLabels } from '../scheduling/node-selector.js';
import { byName } from '../world/store.js';
import type { Blueprint } from './blueprint.js';
import type { Fitting } from './fitting.js';
import { labelKey } from './fitting.js';
import type { DaemonSetReason } from './reasons.js';
import { refused } from './refusal.js';
import type { Subject } from './subject.js';

/** The DaemonSets that a pod should get, if they can be carried over, and what is said of others. */
export interface Choice {
  /** In the order of the World. */
  readonly chosen: readonly Blueprint[];
  readonly others: readonly DaemonSetVerdict[];
  /** How many marked DaemonSets there are besides. */
  readonly unnamed: number;
  /** What there is to say of the revisions that were picked; absent for nothing. */
  readonly warnings?: readonly Warning[];
}

/** A review names only so many DaemonSets that have nothing to do with the pod: its cost must not grow with them. */
const NAMED_AT_MOST = 10;

/**
 * Asks the DaemonSets that run where a pod can land whether they are for this pod.
 *
 * @param all whether to name every marked DaemonSet, however many there are.
 */
export function choose(subject: Subject, fitting: Fitting, all: boolean): Choice {
  const labelled = labelledFor(subject, fitting, all);
  if (labelled.length > 0 || typeof subject.wishes.optIn === 'object') {
    return chosenFrom(withLabelled(fitting, labelled), subject, fitting, all);
  }
  // Nothing but the operating system of the pod plays a part.
  const question = `${operatingSystemOf(subject.spec)} ${String(all)}`;
  return fitting.choices.answer(question, () => chosenFrom(fitting.anyPod, subject, fitting, all));
}

function chosenFrom(
  candidates: readonly Blueprint[],
  subject: Subject,
  fitting: Fitting,
  all: boolean,
): Choice {
  const ask = questionsOf(subject);
  const chosen: Blueprint[] = [];
  const others: DaemonSetVerdict[] = all
    ? [...fitting.elsewhere]
    : fitting.elsewhere.slice(0, NAMED_AT_MOST);
  for (const blueprint of candidates) {
    const reason = ask(blueprint);
    if (reason === undefined) chosen.push(blueprint);
    else others.push(refused(blueprint, { reason }));
  }
  const marked = fitting.anyPod.length + fitting.labelled + fitting.elsewhere.length;
  return { chosen, others, unnamed: marked - chosen.length - others.length };
}

/** The DaemonSets to be asked that want labels: where they are many, those of which the pod has the first label. */
function labelledFor(
  { pod }: Subject,
  { byLabel, labelled }: Fitting,
  all: boolean,
): readonly Blueprint[] {
  if (all || labelled <= NAMED_AT_MOST) return [...byLabel.values()].flat();
  return Object.entries(map(metaOf(pod).labels)).flatMap(
    ([key, value]) => byLabel.get(labelKey(key, value)) ?? [],
  );
}

const withLabelled = ({ anyPod }: Fitting, labelled: readonly Blueprint[]): readonly Blueprint[] =>
  labelled.length === 0 ? anyPod : [...anyPod, ...labelled].sort(byName);

/** What is asked of each DaemonSet, in this order; the first answer decides. */
function questionsOf({
  pod,
  spec,
  wishes,
}: Subject): (blueprint: Blueprint) => DaemonSetReason | undefined {
  const listed = typeof wishes.optIn === 'object' ? new Set(wishes.optIn) : undefined;
  const labels = map(metaOf(pod).labels);
  const system = operatingSystemOf(spec);
  return ({ name, key, byLabel, system: own }) => {
    if (listed !== undefined && !listed.has(name) && !listed.has(key)) return 'not_listed';
    if (!matchesLabels(labels, byLabel)) return 'label_mismatch';
    return own === system ? undefined : 'other_operating_system';
  };
}

/** The DaemonSets that a pod lists and that no marked DaemonSet answers to. */
export function unknownNames({ wishes, facts }: Subject): readonly Warning[] {
  const items = typeof wishes.optIn === 'object' ? wishes.optIn : [];
  return items
    .filter((item) => !facts.daemonSets.answersTo(item))
    .slice(0, NAMED_AT_MOST)
    .map((item) => ({
      code: 'unknown_daemonset',
      message: `the pod lists DaemonSet ${item}, which does not exist or is not marked for injection`,
    }));
}
