import { RECORD_ANNOTATION } from '../model/annotations.js';
import { metaOf } from '../model/pod.js';
import type { Pod } from '../model/types.js';
import type { Outcome } from '../outcome.js';
import { encodeRecord, type InjectionRecord, type RecordedDaemonSet } from '../record/record.js';
import type { Scene } from './scene.js';

export const keyOf = ({ namespace, name }: Pick<RecordedDaemonSet, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

/** Asks the engine about a pod as it is, in its namespace. */
export const asker =
  ({ engine, world, settings }: Scene) =>
  (pod: Pod): Outcome =>
    engine({ pod, namespace: metaOf(pod).namespace ?? '', nameAll: true }, world, settings);

/**
 * Why the containers of a recorded DaemonSet are orphans, whatever the pod: it is not there, or is another of the same
 * name, or is not marked any more. Undefined if they are none.
 */
export function lossOf(recorded: RecordedDaemonSet, { facts }: Scene): string | undefined {
  const present = facts.daemonSets.find(keyOf(recorded));
  if (present === undefined) return 'the DaemonSet is gone';
  const { uid, deletionTimestamp } = metaOf(present.daemonSet);
  if (recorded.uid !== undefined && uid !== undefined && recorded.uid !== uid) {
    return 'the DaemonSet was deleted and made anew';
  }
  if ((deletionTimestamp ?? '') !== '') return 'the DaemonSet is being deleted';
  return present.marked ? undefined : 'the DaemonSet is not marked any more';
}

/** Whether the revision that a record names is still there to compare with; only so many are kept of each DaemonSet. */
const isKnown = (recorded: RecordedDaemonSet, { facts }: Scene): boolean => {
  const present = facts.daemonSets.find(keyOf(recorded));
  return (
    present !== undefined && facts.daemonSets.blueprintAt(present, recorded.revision) !== undefined
  );
};

/**
 * The DaemonSets of a record of which the pod's containers are not what the injector would have made. A pod may have
 * been planned before its node was known, so what would have been made then counts as well.
 *
 * @param first what the engine says of the pod, if it was asked already.
 */
export function doubtedIn(
  pod: Pod,
  record: InjectionRecord,
  scene: Scene,
  first: Outcome,
): readonly RecordedDaemonSet[] {
  const judged = record.daemonSets.filter(
    (one) => lossOf(one, scene) === undefined && isKnown(one, scene),
  );
  const isWhole = judged.length === record.daemonSets.length;
  if (isWhole && isPass(first) && !doubts(first)) return [];
  const isDoubted = (some: readonly RecordedDaemonSet[]): boolean =>
    some.length > 0 && isDoubtedPod(withRecord(pod, { ...record, daemonSets: some }), scene);
  if (!isDoubted(judged)) return [];
  const single = judged.filter((one) => isDoubted([one]));
  return single.length > 0 ? single : judged;
}

function isDoubtedPod(pod: Pod, scene: Scene): boolean {
  const ask = asker(scene);
  const { nodeName: _, ...spec } = pod.spec ?? {};
  const passes = [ask({ ...pod, spec }), ask(pod)].filter(isPass);
  return passes.length > 0 && passes.every(doubts);
}

/** Whether the engine came so far as to look at the record. */
export const isPass = ({ reason }: Outcome): boolean =>
  reason === 'injected' || reason === 'no_daemonset';

const doubts = ({ warnings }: Outcome): boolean =>
  warnings.some(({ code }) => code === 'record_dropped');

const withRecord = (pod: Pod, record: InjectionRecord): Pod => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    annotations: { ...pod.metadata?.annotations, [RECORD_ANNOTATION]: encodeRecord(record) },
  },
});
