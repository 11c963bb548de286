import { RECORD_ANNOTATION } from '../model/annotations.js';
import { metaOf } from '../model/pod.js';
import { valueAt, type Pod } from '../model/types.js';
import type { Outcome } from '../outcome.js';
import { applyPatch } from '../patch/apply.js';
import { decodeRecord } from '../record/record.js';
import { asCreated } from './as-created.js';
import { asker, isPass, keyOf } from './belief.js';
import type { JudgedPod } from './judge-pod.js';
import type { Scene } from './scene.js';

/** Why a pod should be made anew. A closed list: the label of a metric. */
export type EvictionCause = 'outdated' | 'orphaned' | 'missed';

/** What another pod in place of this one would put right. */
export interface Remedy {
  readonly cause: EvictionCause;
  /** "namespace/name". */
  readonly daemonSet: string;
  /** A clause for people. */
  readonly detail: string;
}

/**
 * What would be put right if the controller of a pod made another one in its place: of what is wrong with it, only that
 * which today's admission would do otherwise. A pod that would come back the same has no remedy.
 */
export function remediesFor(pod: Pod, judged: JudgedPod, scene: Scene): readonly Remedy[] {
  const created = asCreated(pod, asker(scene));
  const anew = revisionsIn(pod, created);
  const { status, problems } = judged;
  return [
    ...status.injected
      .filter(({ daemonSet, outdated, wanted }) => outdated && anew.get(daemonSet) === wanted)
      .map(({ daemonSet, revision, wanted }) =>
        remedy('outdated', daemonSet, `it has revision ${revision}, and its node wants ${wanted}`),
      ),
    ...problems
      .filter(({ kind }) => kind === 'orphaned')
      .filter(({ daemonSet }) => !anew.has(daemonSet) && !isOwnWord(created, daemonSet))
      .map(({ daemonSet, detail = '' }) => remedy('orphaned', daemonSet, detail)),
    ...problems
      .filter(({ kind, daemonSet }) => kind === 'missed' && anew.has(daemonSet))
      .map(({ daemonSet }) => remedy('missed', daemonSet, 'nothing speaks against it')),
  ];
}

const remedy = (cause: EvictionCause, daemonSet: string, detail: string): Remedy => ({
  ...{ cause, daemonSet, detail },
});

/** The revisions of DaemonSets ("namespace/name") that admission would write down. */
function revisionsIn(pod: Pod, created: Outcome): ReadonlyMap<string, string> {
  if (!isPass(created)) return new Map();
  const after = applyPatch<Pod>(pod, created.operations);
  const text = valueAt(metaOf(after).annotations, RECORD_ANNOTATION);
  const record = text === undefined ? undefined : decodeRecord(text);
  return new Map((record?.daemonSets ?? []).map((one) => [keyOf(one), one.revision]));
}

/**
 * Whether the pod itself says that it does not want what it has. It did not say so when it was created, so that somebody has
 * said it of this one alone, and another one would get the same again.
 */
function isOwnWord({ reason, daemonSets }: Outcome, daemonSet: string): boolean {
  if (reason === 'pod_opted_out') return true;
  const verdict = daemonSets.find(({ namespace, name }) => `${namespace}/${name}` === daemonSet);
  return verdict?.reason === 'not_listed';
}
