import type { Pod } from '../core/model/types.js';
import { RECORD_ANNOTATION } from '../core/model/annotations.js';
import type { Outcome } from '../core/outcome.js';
import { decodeRecord } from '../core/record/record.js';
import type { World } from '../core/world/world.js';
import { PODS, pathOf } from '../cluster/resources.js';
import { valueOr, type Answer } from '../survey/answer.js';
import { isSelected } from './coverage.js';
import { annotationsOf, nameOf } from '../survey/raw.js';
import { NO_LISTING, type Reader } from '../survey/reader.js';
import { isInstalled, ownWebhook, type Engine, type Seen } from './seen.js';
import { trialPod } from './trial-pod.js';
import { virtualNodesIn } from './virtual-nodes.js';
import { podHookIn } from './webhook.js';

/** What came of asking the API server to admit a pod for a virtual node, in a dry run: nothing is created. */
export type Trial = NotMade | Made;

export interface NotMade {
  readonly kind: 'not_made';
  readonly why: 'no_hook' | 'no_node' | 'not_selected';
  readonly namespace: string;
}

/** A dry run that was made. */
export interface Made {
  readonly kind: 'made';
  readonly node: string;
  readonly namespace: string;
  /** What the engine says of the pod, here. */
  readonly expected: Outcome;
  /** The DaemonSets that the pod came back with. */
  readonly answer: Answer<readonly string[]>;
  /** Whether a pod with a record that is none came back without it: nobody but the injector takes it off. */
  readonly answered: Answer<boolean> | undefined;
  /** How long the API server took, in milliseconds. */
  readonly took: number;
}

/** What a dry run needs besides what was seen. */
export interface TrialDeps {
  readonly reader: Reader;
  readonly engine: Engine;
  readonly world: World;
  readonly clock: () => number;
  readonly namespace: string;
}

/** Makes the dry run. */
export async function tryPod(seen: Seen, deps: TrialDeps): Promise<Trial> {
  const { namespace } = deps;
  const hook = isInstalled(seen) ? hookOf(seen) : undefined;
  if (hook === undefined) return { kind: 'not_made', why: 'no_hook', namespace };
  if (!isSelected(hook, namespaceOf(seen, namespace))) {
    return { kind: 'not_made', why: 'not_selected', namespace };
  }
  const aim = aimFor(seen, deps);
  return aim === undefined ? { kind: 'not_made', why: 'no_node', namespace } : make(aim, deps);
}

const hookOf = (seen: Seen) => {
  const webhook = ownWebhook(seen);
  return 'value' in webhook ? podHookIn(webhook.value) : undefined;
};

const namespaceOf = ({ objects }: Seen, name: string) =>
  valueOr(objects.namespaces, NO_LISTING).items.find((item) => nameOf(item) === name) ?? {
    metadata: { name },
  };

interface Aim {
  readonly pod: Pod;
  readonly node: string;
  readonly expected: Outcome;
}

/** Kinds of nodes are few; the first of many that are all alike is as good as any. */
const TRIED = 50;

/** A virtual node on which the pod should be injected; else any. */
function aimFor(seen: Seen, { engine, world, namespace }: TrialDeps): Aim | undefined {
  const aims = virtualNodesIn(seen)
    .slice(0, TRIED)
    .map(({ node }): Aim => {
      const pod = trialPod(nameOf(node));
      const expected = engine({ pod, namespace, nameAll: true }, world, seen.settings);
      return { pod, node: nameOf(node), expected };
    });
  return aims.find(({ expected }) => expected.decision === 'inject') ?? aims[0];
}

async function make({ pod, node, expected }: Aim, deps: TrialDeps): Promise<Made> {
  const { clock, namespace } = deps;
  const begin = clock();
  const created = await create(pod, deps);
  const took = clock() - begin;
  const answer = 'value' in created ? { value: recordedIn(created.value) } : created;
  const plain = { kind: 'made', node, namespace, expected, answer, took } as const;
  const certain = !('value' in answer) || answer.value.length > 0;
  return { ...plain, answered: certain ? undefined : await isAnswered(pod, deps) };
}

function create(pod: Pod, { reader, namespace }: TrialDeps): Promise<Answer<unknown>> {
  return reader.request(`create pods in ${namespace}, in a dry run`, {
    method: 'POST',
    path: pathOf(PODS, { namespace }),
    query: { dryRun: 'All' },
    body: pod,
  });
}

/** The DaemonSets that a pod's record names. */
export function recordedIn(pod: unknown): readonly string[] {
  const record = decodeRecord(annotationsOf(pod)[RECORD_ANNOTATION] ?? '');
  return (record?.daemonSets ?? []).map(({ namespace, name }) => `${namespace}/${name}`);
}

async function isAnswered(pod: Pod, deps: TrialDeps): Promise<Answer<boolean>> {
  const forged = {
    ...pod,
    metadata: { ...pod.metadata, annotations: { [RECORD_ANNOTATION]: 'none' } },
  };
  const created = await create(forged, deps);
  return 'value' in created
    ? { value: !(RECORD_ANNOTATION in annotationsOf(created.value)) }
    : created;
}
