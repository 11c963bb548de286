import { metaOf } from '../model/pod.js';
import type { StringMap } from '../model/types.js';
import type { DaemonSetVerdict } from '../outcome.js';
import type { Fit } from '../scheduling/fit.js';
import { fitOf } from '../scheduling/fit.js';
import { defaultNodeSelector } from '../scheduling/namespace-selector.js';
import { Recall } from '../facts/recall.js';
import type { Blueprint } from './blueprint.js';
import type { Choice } from './choose.js';
import type { Refusal } from './refusal.js';
import { refused } from './refusal.js';
import type { Spot } from './spots.js';
import { fitAt, mergedFit } from './spots.js';
import type { Subject } from './subject.js';

/** The marked DaemonSets, seen from where a pod can land. */
export interface Fitting {
  /** Those that run there and go into pods of any labels, in the order of the World. */
  readonly anyPod: readonly Blueprint[];
  /** Those that run there and ask for labels, by the first label that they ask for, "key=value". */
  readonly byLabel: ReadonlyMap<string, readonly Blueprint[]>;
  /** The number of those that ask for labels. */
  readonly labelled: number;
  /** Those that do not run there, each with the reason. */
  readonly elsewhere: readonly DaemonSetVerdict[];
  /** What was chosen for pods that say nothing of DaemonSets. */
  readonly choices: Recall<Choice>;
}

/** Linux and Windows, and whatever somebody writes. */
const SYSTEMS = 8;

export const labelKey = (key: string, value: string): string => `${key}=${value}`;

/** Sorts the marked DaemonSets by what a pod has to be asked about them. */
export function fittingAt(spots: readonly Spot[], subject: Subject): Fitting {
  const anyPod: Blueprint[] = [];
  const byLabel = new Map<string, Blueprint[]>();
  const elsewhere: DaemonSetVerdict[] = [];
  for (const blueprint of subject.facts.daemonSets.marked) {
    const refusal = refusalAt(blueprint, spots, subject);
    const [label] = Object.entries(blueprint.byLabel);
    if (refusal !== undefined) elsewhere.push(refused(blueprint, refusal));
    else if (label === undefined) anyPod.push(blueprint);
    else byLabel.set(labelKey(...label), [...(byLabel.get(labelKey(...label)) ?? []), blueprint]);
  }
  const labelled = [...byLabel.values()].reduce((sum, some) => sum + some.length, 0);
  return { anyPod, byLabel, labelled, elsewhere, choices: new Recall(SYSTEMS) };
}

/** Whether the DaemonSet controller would place its pod on a node where this pod can land. */
function refusalAt(
  blueprint: Blueprint,
  spots: readonly Spot[],
  subject: Subject,
): Refusal | undefined {
  const { misfit, daemonSet } = blueprint;
  if (misfit !== undefined) return { reason: 'malformed_daemonset', detail: misfit };
  if ((metaOf(daemonSet).deletionTimestamp ?? '') !== '') return { reason: 'daemonset_deleted' };
  const fit = mergedFit(spots.map((spot) => fitIn(spot, blueprint, subject)));
  if (fit === 'fits') return undefined;
  if (fit === 'not_selected') return { reason: 'node_not_selected' };
  const { key, value = '', effect } = fit.taint;
  return { reason: 'taint_not_tolerated', detail: `${key}${value && `=${value}`}:${effect}` };
}

/** A class is asked once about a DaemonSet, unless its nodes differ for it. */
function fitIn(spot: Spot, blueprint: Blueprint, { world, facts }: Subject): Fit {
  const { daemonPod } = blueprint;
  const { fits, sample } = spot.nodeClass;
  const selector: Readonly<StringMap> = defaultNodeSelector(world.namespace(blueprint.namespace));
  if (facts.nodes.areToldApartBy(daemonPod, selector)) return fitAt(spot, daemonPod, selector);
  const known = fits.get(blueprint) ?? fitOf(daemonPod, sample, selector);
  fits.set(blueprint, known);
  return known;
}
