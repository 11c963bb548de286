import { daemonSetsIn, ofDaemonSet } from '../cluster/injected-pods.js';
import { isStatus } from '../cluster/lease-calls.js';
import { CONTROLLER_REVISIONS, pathOf } from '../cluster/resources.js';
import { BROKEN_ANNOTATION, PROVEN_ANNOTATION } from '../core/model/annotations.js';
import { metaOf } from '../core/model/pod.js';
import type { Facts } from '../core/facts/facts.js';
import { hashOf } from '../core/facts/standing.js';
import type { RecordedDaemonSet } from '../core/record/record.js';
import type { ObservedPod } from '../core/status/observed.js';
import type { World } from '../core/world/world.js';
import { revisionsOf } from '../core/status/revisions.js';
import { findingsOf, untilProof, type Finding } from '../core/update/proof.js';
import { candidateOf } from '../core/update/stage.js';
import { FIELD_MANAGER, perform, type DutyOptions } from './duty.js';
import type { KeyedQueue } from './queue.js';

export interface ProofOptions extends DutyOptions {
  /** Milliseconds that a pod has to become ready with what was injected. */
  readonly progressDeadline: number;
  /** A revision of a DaemonSet was judged. @param broken why it is not injected any more; empty where it is proven. */
  readonly judged: (daemonSet: string, revision: string, broken: string) => void;
}

/** Milliseconds in which changes come together. */
const GATHER = 500;

/**
 * Notes on the ControllerRevisions of marked DaemonSets which of them have been ready on a virtual node, and which fail, so
 * that new pods get none of those. Works until the signal is aborted, and never rejects.
 */
export async function proveRevisions(options: ProofOptions, signal: AbortSignal): Promise<void> {
  await perform(
    {
      work: (key, facts) => judge(options, { key, facts, signal }),
      listen: (queue) => listen(options, queue),
    },
    options,
    signal,
  );
}

interface Task {
  /** "namespace/name" of a DaemonSet. */
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

async function judge(options: ProofOptions, task: Task): Promise<number | undefined> {
  const { cluster, clock, current, progressDeadline, judged } = options;
  const { key, facts } = task;
  const present = facts.daemonSets.find(key);
  const world = current()?.world;
  if (present?.marked !== true || !world) return undefined;
  const standing = facts.daemonSets.standingOf(present);
  const { uid } = metaOf(present.daemonSet);
  const owner = uid === undefined ? undefined : { kind: 'DaemonSet', uid };
  const candidates = cluster.injected.under(ofDaemonSet(key)).flatMap((pod) => {
    const { revision, update } = recordedIn(pod, key) ?? {};
    // Most pods hold what is proven, and have nothing to say.
    if (revision === undefined) return [];
    if (standing.proven.includes(revision) && update?.failed === undefined) return [];
    const asked = { daemonSet: key, revision: update?.failed ?? revision, owner };
    const revisions = revisionsOf(asked, facts.daemonSets, facts.settings);
    const question = { wanted: asked.revision, revisions, progressDeadline, now: clock.now() };
    return candidateOf(pod, question) ?? [];
  });
  const found = findingsOf(candidates, standing, { deadline: progressDeadline, now: clock.now() });
  for (const finding of found) {
    if (await note(options, { ...task, world }, finding))
      judged(key, finding.revision, finding.broken);
  }
  const waits = candidates
    .filter(({ recorded }) => !standing.proven.includes(recorded.revision))
    .map((one) => Math.min(untilProof(one, clock.now()), progressDeadline))
    .filter((wait) => wait > 0);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

const recordedIn = (pod: ObservedPod, key: string): RecordedDaemonSet | undefined =>
  pod.record?.daemonSets.find(({ namespace, name }) => `${namespace}/${name}` === key);

/** @returns whether there is such a revision. */
async function note(
  { client }: ProofOptions,
  { key, facts, world, signal }: Task & { readonly world: World },
  { revision, broken }: Finding,
): Promise<boolean> {
  const present = facts.daemonSets.find(key);
  const object =
    present && world.revisions(present.daemonSet).find((one) => hashOf(one) === revision);
  const { namespace, name } = metaOf(object ?? {});
  if (namespace === undefined || name === undefined) return false;
  const annotations =
    broken === ''
      ? { [PROVEN_ANNOTATION]: 'true', [BROKEN_ANNOTATION]: null }
      : { [BROKEN_ANNOTATION]: broken };
  try {
    await client.request({
      method: 'PATCH',
      path: pathOf(CONTROLLER_REVISIONS, { namespace, name }),
      query: { fieldManager: FIELD_MANAGER },
      body: { metadata: { annotations } },
      contentType: 'application/merge-patch+json',
      signal,
    });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

function listen(
  { cluster: { injected, listen: listenToWorld } }: ProofOptions,
  queue: Pick<KeyedQueue, 'add'>,
): () => void {
  const touchAll = (): void => {
    for (const pod of injected.all()) for (const key of daemonSetsIn(pod)) queue.add(key, GATHER);
  };
  const ends = [
    injected.listen((_, after) => {
      for (const key of after ? daemonSetsIn(after) : []) queue.add(key, GATHER);
    }),
    listenToWorld((kind, object) => {
      const { namespace = '', name = '' } = metaOf(object ?? {});
      if (kind !== 'DaemonSet') return;
      if (object) queue.add(`${namespace}/${name}`, GATHER);
      else touchAll();
    }),
  ];
  touchAll();
  return () => {
    for (const end of ends) end();
  };
}
