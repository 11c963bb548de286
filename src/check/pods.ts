import type { KubernetesObject, Pod } from '../core/model/types.js';
import type { World } from '../core/world/world.js';
import type { Answer } from '../survey/answer.js';
import { asCreated } from '../core/findings/as-created.js';
import { podsOn } from '../survey/pods-on.js';
import { given } from './given.js';
import { findingFor, findingIf, type Finding, type Item } from './finding.js';
import { nameOf, namespaceOf, textAt, titleOf } from '../survey/raw.js';
import { NO_LISTING, type Listing, type Reader } from '../survey/reader.js';
import { isInstalled, type Engine, type Seen } from './seen.js';
import { recordedIn } from './trial.js';
import { virtualNodesIn } from './virtual-nodes.js';

/**
 * Fetches pods that run on virtual nodes.
 *
 * @param most after so many pods it is enough.
 */
export async function fetchPods(
  reader: Reader,
  seen: Seen,
  most: number,
): Promise<Answer<Listing>> {
  if (!isInstalled(seen)) return { value: NO_LISTING };
  return podsOn(
    reader,
    virtualNodesIn(seen).map(({ node }) => nameOf(node)),
    most,
  );
}

/** Whether the pods on virtual nodes have what they should have. */
export function findPods(
  pods: Answer<Listing>,
  seen: Seen,
  judge: { readonly engine: Engine; readonly world: World },
): readonly Finding[] {
  if (!isInstalled(seen) || virtualNodesIn(seen).length === 0) return [];
  return given(pods, ({ items, more }) => {
    const running = items.filter(isRunning);
    const injected = running.filter((pod) => recordedIn(pod).length > 0);
    const others = running
      .filter((pod) => recordedIn(pod).length === 0)
      .map((pod) => ({ pod, reason: reasonFor(pod, seen, judge) }));
    return [
      ...findingIf(running.length === 0, 'no_pod_on_virtual_nodes'),
      ...findingIf(injected.length > 0, 'pods_injected', `${injected.length} of ${running.length}`),
      ...ofOthers(others),
      ...findingIf(more, 'not_all_seen', `the first ${items.length} pods`),
    ];
  });
}

interface Left {
  readonly pod: KubernetesObject;
  readonly reason: string;
}

function ofOthers(left: readonly Left[]): readonly Finding[] {
  const because = (reason: string): readonly Item[] =>
    left.filter((one) => one.reason === reason).map(({ pod }) => ({ name: titleOf(pod) }));
  const counts = new Map<string, number>();
  for (const { reason } of left) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const alone = [...counts].filter(([reason]) => reason !== 'injected' && reason !== 'mixed_nodes');
  return [
    ...findingFor('pods_missed', because('injected')),
    ...findingFor('pods_left_open', because('mixed_nodes')),
    ...findingFor(
      'pods_left_alone',
      alone.map(([reason, count]) => ({ name: reason, detail: `${count} pods` })),
    ),
  ];
}

const isRunning = (pod: KubernetesObject): boolean =>
  !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')) &&
  textAt(pod, 'metadata', 'deletionTimestamp') === '';

/** What the engine would have said of a pod when it was created. */
const reasonFor = (
  pod: Pod,
  { settings }: Seen,
  { engine, world }: { readonly engine: Engine; readonly world: World },
): string =>
  asCreated(pod, (asked) => engine({ pod: asked, namespace: namespaceOf(pod) }, world, settings))
    .reason;
