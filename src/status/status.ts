import { isCounted, judgePod, type JudgedPod } from '../core/findings/judge-pod.js';
import { isElsewhere } from '../core/findings/judged.js';
import type { Judge, Scene } from '../core/findings/scene.js';
import { sceneOf, type Lists } from './lists.js';
import type { DaemonSetStatus, StatusReport } from './report.js';
import { nodesFor } from './runs-on.js';
import { byName } from '../core/world/store.js';
import { Tally } from './tally.js';

/** What of a cluster a report is about; everything if nothing is named. */
export interface Target {
  readonly kind: 'ds' | 'pod' | 'node';
  /** Undefined for any. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What somebody wants to know. */
export interface Wish {
  readonly target?: Target;
  /** Only DaemonSets of this namespace. */
  readonly namespace?: string;
}

/**
 * What becomes of marked DaemonSets on virtual nodes. Pure: it follows from the lists, however they were read.
 *
 * @returns pods are judged one by one only where a pod is asked for; else they are counted.
 */
export function statusOf(lists: Lists, judge: Judge, wish: Wish = {}): StatusReport {
  const scene = sceneOf(lists, judge);
  const { target } = wish;
  if (target?.kind === 'pod') {
    const judged = lists.pods.map((pod) => judgePod(pod, scene, { closely: true }));
    return {
      daemonSets: [],
      pods: judged.map(({ status }) => status),
      problems: judged.flatMap(({ problems }) => problems),
    };
  }
  const judged = lists.pods
    .filter(isCounted)
    .map((pod) => judgePod(pod, scene))
    .sort(({ status: one }, { status: other }) => byName(one, other));
  const daemonSets = daemonSetsOf(judged, scene)
    .filter((one) => isWanted(one, wish))
    .map((one) => onNode(one, target));
  const names = new Set(daemonSets.map(({ namespace, name }) => `${namespace}/${name}`));
  const isAbout = target !== undefined || wish.namespace !== undefined;
  return {
    daemonSets,
    pods: [],
    problems: judged
      .flatMap(({ problems }) => problems)
      .filter(({ node }) => target?.kind !== 'node' || node === target.name)
      .filter(({ daemonSet }) => !isAbout || daemonSet === '' || names.has(daemonSet)),
  };
}

function isWanted({ namespace, name }: DaemonSetStatus, wish: Wish): boolean {
  const within = wish.namespace ?? namespace;
  return namespace === within && (wish.target?.kind !== 'ds' || name === wish.target.name);
}

const onNode = (one: DaemonSetStatus, target: Target | undefined): DaemonSetStatus =>
  target?.kind === 'node'
    ? { ...one, nodes: one.nodes.filter(({ node }) => node === target.name) }
    : one;

/** The tallies by DaemonSet and node. */
type Tallies = Map<string, Map<string, Tally>>;

function daemonSetsOf(judged: readonly JudgedPod[], scene: Scene): readonly DaemonSetStatus[] {
  const tallies: Tallies = new Map(
    scene.facts.daemonSets.marked.map((blueprint) => [
      blueprint.key,
      new Map(nodesFor(blueprint, scene).map((node) => [node, new Tally()])),
    ]),
  );
  for (const { status } of judged) {
    if (scene.profileOf(status.node) === undefined) continue;
    for (const one of status.injected)
      tallyOf(tallies, one.daemonSet, status.node).inject(status, one);
    for (const { daemonSet, reason } of status.absent) {
      if (!isElsewhere(reason)) tallies.get(daemonSet)?.get(status.node)?.skip(reason);
    }
  }
  return [...tallies].sort(byKey).map(([daemonSet, nodes]) => daemonSetOf(daemonSet, nodes, scene));
}

function tallyOf(tallies: Tallies, daemonSet: string, node: string): Tally {
  const nodes = tallies.get(daemonSet) ?? new Map<string, Tally>();
  tallies.set(daemonSet, nodes);
  const tally = nodes.get(node) ?? new Tally();
  nodes.set(node, tally);
  return tally;
}

function daemonSetOf(
  daemonSet: string,
  nodes: ReadonlyMap<string, Tally>,
  scene: Scene,
): DaemonSetStatus {
  const [namespace = '', name = ''] = daemonSet.split('/');
  const blueprint = scene.facts.daemonSets.find(daemonSet);
  return {
    ...{ namespace, name },
    newest: blueprint === undefined ? '' : scene.facts.daemonSets.revisionOf(blueprint),
    nodes: [...nodes].sort(byKey).map(([node, tally]) => tally.status(daemonSet, node, scene)),
  };
}

/** Not localeCompare: the order must not depend on the machine's language. */
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : Number(a > b);
