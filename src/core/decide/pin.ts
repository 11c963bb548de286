import { metaOf } from '../model/pod.js';
import { map } from '../model/types.js';
import type { Node, NodeRequirement, NodeSelectorTerm } from '../model/types.js';
import type { Profile } from '../profiles/profile.js';
import type { Spot } from './spots.js';
import { nodesAt } from './spots.js';

/**
 * What a node must be for a pod to stay on the virtual nodes on which it can land (`mixed: pin`): the labels by which
 * those are recognised, so that nodes to come count as well; the name of a node that has no such label.
 */
export function pinOf(spots: readonly Spot[]): readonly NodeSelectorTerm[] {
  const terms = spots.flatMap((spot) =>
    nodesAt(spot).map((node) => termFor(node, spot.nodeClass.profile)),
  );
  const distinct = new Map(terms.map((term) => [JSON.stringify(term), term]));
  return [...distinct.values()];
}

function termFor(node: Node, profile: Profile | undefined): NodeSelectorTerm {
  const labels = map(metaOf(node).labels);
  for (const rule of profile?.nodes ?? []) {
    if (!('label' in rule) || labels[rule.label] === undefined) continue;
    if (rule.value !== undefined && labels[rule.label] !== rule.value) continue;
    return { matchExpressions: [requirement(rule.label, rule.value)] };
  }
  return { matchFields: [requirement('metadata.name', metaOf(node).name ?? '')] };
}

const requirement = (key: string, value: string | undefined): NodeRequirement =>
  value === undefined ? { key, operator: 'Exists' } : { key, operator: 'In', values: [value] };
