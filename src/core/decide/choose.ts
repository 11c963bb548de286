import type { Node } from '../model/types.js';
import { map } from '../model/types.js';
import { metaOf, operatingSystemOf } from '../model/pod.js';
import type { Warning } from '../outcome.js';
import type { Fit } from '../scheduling/fit.js';
import { asDaemonPod, fitOf } from '../scheduling/fit.js';
import { defaultNodeSelector } from '../scheduling/namespace-selector.js';
import { matchesLabels } from '../scheduling/node-selector.js';
import type { Blueprint } from './blueprint.js';
import type { DaemonSetReason } from './reasons.js';
import type { Landing } from './landing.js';
import type { Subject } from './subject.js';

/** Why a marked DaemonSet does not go into a pod. */
export interface Refusal {
  readonly reason: DaemonSetReason;
  readonly detail?: string;
}

type Question = (blueprint: Blueprint, subject: Subject, landing: Landing) => Refusal | undefined;

const when = (holds: boolean, reason: DaemonSetReason, detail?: string): Refusal | undefined =>
  holds ? { reason, ...(detail === undefined ? {} : { detail }) } : undefined;

/** Asked of each marked DaemonSet in this order; the first answer decides. */
const questions: readonly Question[] = [
  ({ misfit }) => when(misfit !== undefined, 'malformed_daemonset', misfit),
  ({ daemonSet }) => when((metaOf(daemonSet).deletionTimestamp ?? '') !== '', 'daemonset_deleted'),
  (blueprint, { wishes }) =>
    when(
      typeof wishes.optIn === 'object' && !wishes.optIn.some((item) => names(item, blueprint)),
      'not_listed',
    ),
  ({ byLabel }, { pod }) =>
    when(!matchesLabels(map(metaOf(pod).labels), byLabel), 'label_mismatch'),
  ({ spec }, subject) =>
    when(operatingSystemOf(spec) !== operatingSystemOf(subject.spec), 'other_operating_system'),
  (blueprint, subject, { nodes }) => placementRefusal(blueprint, subject, nodes),
];

/** @returns undefined for a DaemonSet that the pod should get, if it can be carried over. */
export function refusalOf(
  blueprint: Blueprint,
  subject: Subject,
  landing: Landing,
): Refusal | undefined {
  for (const question of questions) {
    const refusal = question(blueprint, subject, landing);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const names = (item: string, { name, key }: Blueprint): boolean => item === name || item === key;

/** What is named of a list that anybody may have written. */
const NAMED_AT_MOST = 10;

/** The DaemonSets that a pod lists and that no marked DaemonSet answers to. */
export function unknownNames({ wishes, facts }: Subject): readonly Warning[] {
  const items = typeof wishes.optIn === 'object' ? wishes.optIn : [];
  const marked = facts.blueprints.filter((one) => one.marked);
  const known = new Set(marked.flatMap(({ name, key }) => [name, key]));
  return items
    .filter((item) => !known.has(item))
    .slice(0, NAMED_AT_MOST)
    .map((item) => ({
      code: 'unknown_daemonset',
      message: `the pod lists DaemonSet ${item}, which does not exist or is not marked for injection`,
    }));
}

/** Whether the DaemonSet controller would place its pod on a node where this pod can land. */
function placementRefusal(
  blueprint: Blueprint,
  { world }: Subject,
  nodes: readonly Node[],
): Refusal | undefined {
  const selector = defaultNodeSelector(world.namespace(blueprint.namespace));
  const daemonPod = asDaemonPod(blueprint.spec);
  const fits = new Set<Fit>();
  for (const node of nodes) {
    const fit = fitOf(daemonPod, node, selector);
    if (fit === 'fits') return undefined;
    fits.add(fit);
  }
  const tainted = [...fits].find((fit) => typeof fit === 'object');
  if (tainted === undefined) return { reason: 'node_not_selected' };
  const { key, value = '', effect } = tainted.taint;
  return { reason: 'taint_not_tolerated', detail: `${key}${value && `=${value}`}:${effect}` };
}
