import { findMisfit, nodeShape } from '../core/model/shape.js';
import type { Node } from '../core/model/types.js';
import type { NodeRule, Profile } from '../core/profiles/profile.js';
import { profileOf } from '../core/profiles/recognise.js';
import { NO_LISTING } from '../survey/reader.js';
import { valueOr } from '../survey/answer.js';
import type { Seen } from './seen.js';

/** A node that a profile recognises. */
export interface VirtualNode {
  readonly node: Node;
  readonly profile: Profile;
}

/** The nodes that count as virtual, as the engine sees them: a malformed one is none. */
export function virtualNodesIn({ objects, settings }: Seen): readonly VirtualNode[] {
  return nodesIn(objects.nodes)
    .filter((node) => misfitOf(node) === undefined)
    .flatMap((node) => {
      const profile = profileOf(node, settings.profiles);
      return profile === undefined ? [] : [{ node, profile }];
    });
}

export const nodesIn = (answer: Seen['objects']['nodes']): readonly Node[] =>
  valueOr(answer, NO_LISTING).items;

/** Why a node cannot be read. */
export const misfitOf = (node: Node): string | undefined => findMisfit(node, nodeShape);

/** Which of the rules of its profile recognises a node, as a person would write it. */
export function ruleFor({ node, profile }: VirtualNode): string {
  const rule = profile.nodes.find(
    (one) => profileOf(node, [{ ...profile, nodes: [one] }]) !== undefined,
  );
  return rule === undefined ? '' : ruleText(rule);
}

function ruleText(rule: NodeRule): string {
  if ('providerID' in rule) return `providerID ${rule.providerID}…`;
  const value = rule.value === undefined ? '' : `=${rule.value}`;
  return 'label' in rule ? `label ${rule.label}${value}` : `taint ${rule.taint}${value}`;
}
