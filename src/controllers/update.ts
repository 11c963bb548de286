import { ofPair } from '../cluster/injected-pods.js';
import { isStatus } from '../cluster/lease-calls.js';
import { pathOf, PODS } from '../cluster/resources.js';
import type { Facts } from '../core/facts/facts.js';
import { timeText } from '../core/model/time.js';
import type { RecordedUpdate } from '../core/record/record.js';
import { patienceFor } from '../core/status/blocked.js';
import type { Placeholder } from '../core/status/placeholder.js';
import { revisionsOf, type Held } from '../core/status/revisions.js';
import { chooseWork, type Work } from '../core/update/choose.js';
import { updatePatch, type Update } from '../core/update/patch.js';
import { candidateOf, restartsOf, type Candidate } from '../core/update/stage.js';
import { FIELD_MANAGER, perform, type DutyOptions } from './duty.js';
import type { Limits } from './limits.js';
import type { Owners } from './owners.js';
import {
  listenFor,
  ofBlocking,
  ofInjected,
  ofThemselves,
  speaks,
  whichOf,
  type Hearing,
} from './touched.js';

/** What was done to a pod: it got the revision, its record got the name of it, or it got the one before again. */
export type UpdateKind = 'updated' | 'named' | 'reverted';

export interface UpdateOptions extends DutyOptions {
  readonly limits: Pick<Limits, 'budgets' | 'owners' | 'areKnown' | 'blockedSince'>;
  /** Milliseconds in which a container that was changed has to become ready. */
  readonly progressDeadline: number;
  readonly changed: (pod: string, daemonSet: string, kind: UpdateKind) => void;
}

/** Milliseconds in which changes come together. */
const GATHER = 250;
/** Milliseconds until those are asked again whom somebody else kept waiting. */
const ASK = 1_000;

/**
 * Brings running pods to the revision that the placeholder of their node wants, where other images are all that it takes,
 * and takes back what does not become ready. Works until the signal is aborted, and never rejects.
 */
export async function updatePods(options: UpdateOptions, signal: AbortSignal): Promise<void> {
  const { limits } = options;
  await perform(
    {
      work: (key, facts) =>
        limits.areKnown
          ? bring(limits.owners, options, { key, facts, signal })
          : Promise.resolve(ASK),
      listen: (queue) => listenFor(hearing(options), queue),
    },
    options,
    signal,
  );
}

interface Task {
  /** A placeholder. */
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

/** The node of a placeholder, seen for an update. */
interface Scene extends Task {
  readonly placeholder: Placeholder;
  readonly work: Work;
}

async function bring(
  owners: Owners,
  options: UpdateOptions,
  task: Task,
): Promise<number | undefined> {
  const placeholder = options.cluster.placeholders.get(task.key);
  if (!placeholder || !speaks(placeholder, options.cluster.placeholders)) return undefined;
  const work = workAt(placeholder, owners, { options, task });
  const scene: Scene = { ...task, placeholder, work };
  for (const candidate of work.revert) await revert(owners, options, { ...scene, candidate });
  for (const candidate of work.name) await name(owners, options, { ...scene, candidate });
  const waits = await updateSome(owners, options, scene);
  return waits ? Math.min(ASK, work.lookAgain ?? ASK) : work.lookAgain;
}

function workAt(
  placeholder: Placeholder,
  owners: Owners,
  { options, task: { facts } }: { options: UpdateOptions; task: Task },
): Work {
  const { cluster, clock, progressDeadline, limits } = options;
  const { daemonSet, node, revision, createdAt: since } = placeholder;
  const question = {
    wanted: revision,
    revisions: revisionsOf(placeholder, facts.daemonSets, facts.settings),
    progressDeadline,
    now: clock.now(),
  };
  const candidates = cluster.injected
    .under(ofPair(daemonSet, node))
    .map((pod) => candidateOf(pod, question))
    .filter((one) => one !== undefined)
    // What was written and not told of yet is on its way.
    .map((one): Candidate =>
      owners.isTaken(one.pod) ? { ...one, stage: 'trying', left: ASK } : one,
    )
    .map((one): Candidate => {
      const asked = { ...question, since, blockedSince: limits.blockedSince(one.pod) };
      return one.stage === 'behind' && patienceFor(asked) === 0
        ? { ...one, stage: 'outdated' }
        : one;
    });
  return chooseWork(candidates, facts.daemonSets.find(daemonSet)?.rate ?? 0);
}

interface Turn extends Scene {
  readonly candidate: Candidate;
}

/** @returns whether there are pods that have to wait for others. */
async function updateSome(owners: Owners, options: UpdateOptions, scene: Scene): Promise<boolean> {
  let { room } = scene.work;
  let waits = false;
  for (const candidate of scene.work.update) {
    if (room === 0) break;
    if (!owners.take(candidate.pod)) {
      waits = true;
      continue;
    }
    room -= 1;
    const from = candidate.recorded.revision;
    const update = {
      at: timeText(options.clock.now()),
      from,
      restarts: restartsAfter(candidate.held),
    };
    await write(owners, options, {
      ...scene,
      candidate,
      kind: 'updated',
      update: { revision: scene.placeholder.revision, update },
    });
  }
  return waits;
}

/** Each container that gets another image is restarted once for it. */
const restartsAfter = (held: readonly Held[]): number =>
  restartsOf(held) + held.filter(({ wantedImage }) => wantedImage !== undefined).length;

/** Nobody loses by it: what did not become ready is down already. */
async function revert(owners: Owners, options: UpdateOptions, turn: Turn): Promise<void> {
  const { placeholder, facts, candidate } = turn;
  const { from, at } = candidate.recorded.update ?? {};
  if (from === undefined || at === undefined) return;
  const before = { ...placeholder, revision: from };
  const revisions = revisionsOf(before, facts.daemonSets, facts.settings);
  const held = revisions.held(candidate.pod);
  const update: RecordedUpdate = {
    at: timeText(options.clock.now()),
    failed: placeholder.revision,
  };
  await write(owners, options, {
    ...turn,
    candidate: { ...candidate, held },
    kind: 'reverted',
    update: { revision: from, update },
  });
}

/** The history of revisions is short, and a record that names none of them would not be believed. */
async function name(owners: Owners, options: UpdateOptions, turn: Turn): Promise<void> {
  if (owners.isTaken(turn.candidate.pod)) return;
  await write(owners, options, {
    ...turn,
    kind: 'named',
    update: { revision: turn.placeholder.revision },
  });
}

interface Write extends Turn {
  readonly kind: UpdateKind;
  readonly update: Update;
}

async function write(
  owners: Owners,
  { client, changed }: UpdateOptions,
  { candidate, kind, update, placeholder, signal }: Write,
): Promise<void> {
  const { pod } = candidate;
  const { namespace, name: podName } = pod;
  owners.mark(pod);
  try {
    await client.request({
      method: 'PATCH',
      path: pathOf(PODS, { namespace, name: podName }),
      query: { fieldManager: FIELD_MANAGER },
      body: updatePatch(candidate, update),
      contentType: 'application/strategic-merge-patch+json',
      signal,
    });
    changed(pod.key, placeholder.daemonSet, kind);
  } catch (error) {
    owners.release(pod);
    // Another pod bears its name, or none.
    if (!isStatus(error, 404, 409)) throw error;
  }
}

const hearing = ({ cluster, limits }: UpdateOptions): Hearing => ({
  cluster,
  gather: GATHER,
  hear: (touch) => [
    ofThemselves(cluster, touch),
    ofInjected(cluster, touch),
    ofBlocking(limits.budgets, cluster, touch),
    cluster.listen(whichOf(cluster.placeholders, touch)),
  ],
});
