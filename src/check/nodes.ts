import type { Node } from '../core/model/types.js';
import { given } from './given.js';
import { finding, findingFor, findingIf, type Finding, type Item } from './finding.js';
import { labelsOf, listAt, nameOf, textAt } from '../survey/raw.js';
import type { Listing } from '../survey/reader.js';
import type { Seen } from './seen.js';
import { misfitOf, nodesIn, ruleFor, virtualNodesIn, type VirtualNode } from './virtual-nodes.js';

/** Which nodes are virtual, by which rule, and which may be. */
export const findNodes = (seen: Seen): readonly Finding[] =>
  given(seen.objects.nodes, (listing) => [
    ...ofVirtual(virtualNodesIn(seen), seen),
    ...ofOthers(seen),
    ...beyond(listing, 'nodes'),
  ]);

/** Says that not all objects were looked at. */
export const beyond = ({ more, items }: Listing, kind: string): readonly Finding[] =>
  findingIf(more, 'not_all_seen', `the first ${items.length} ${kind}`);

function ofVirtual(nodes: readonly VirtualNode[], { settings }: Seen): readonly Finding[] {
  if (nodes.length === 0) return [finding('no_virtual_nodes')];
  const left = nodes.filter(
    ({ profile }) => profile.action === 'leave' || settings.leaveToPlatform.includes(profile.name),
  );
  const away = nodes.filter(({ node }) => readiness(node) !== 'True');
  return [
    finding(
      'virtual_nodes',
      nodes.map((one) => ({
        name: nameOf(one.node),
        detail: `profile ${one.profile.name}, by ${ruleFor(one)}`,
      })),
    ),
    ...findingFor('nodes_left_to_platform', left.map(byProfile)),
    ...findingFor(
      'virtual_nodes_not_ready',
      away.map(({ node }) => ({
        name: nameOf(node),
        detail: `Ready is ${readiness(node) || 'not said'}`,
      })),
    ),
  ];
}

const byProfile = ({ node, profile }: VirtualNode): Item => ({
  name: nameOf(node),
  detail: `profile ${profile.name}`,
});

function readiness(node: Node): string {
  const condition = listAt(node, 'status', 'conditions').find(
    (one) => textAt(one, 'type') === 'Ready',
  );
  return textAt(condition, 'status');
}

function ofOthers(seen: Seen): readonly Finding[] {
  const virtual = new Set<unknown>(virtualNodesIn(seen).map(({ node }) => node));
  const others = nodesIn(seen.objects.nodes).filter((node) => !virtual.has(node));
  const items = (clauseOf: (node: Node) => string | undefined): readonly Item[] =>
    others.flatMap((node) => {
      const detail = clauseOf(node);
      return detail === undefined ? [] : [{ name: nameOf(node), detail }];
    });
  return [
    ...findingFor('nodes_malformed', items(misfitOf)),
    ...findingFor('nodes_perhaps_virtual', items(hintIn)),
  ];
}

/** Words by which providers of virtual nodes call theirs, in labels, taints and versions. */
const HINT = /virtual-?kubelet|virtual-?node|vnode|eklet|fargate|-vk-|interlink|liqo\.io\/type/i;

/** What makes a node look virtual. None of it is enough to count it as such. */
function hintIn(node: Node): string | undefined {
  if (misfitOf(node) !== undefined) return undefined;
  const labels = Object.entries(labelsOf(node)).map(([key, value]) => `label ${key}=${value}`);
  const taints = listAt(node, 'spec', 'taints').map((taint) => `taint ${textAt(taint, 'key')}`);
  const info = ['kubeletVersion', 'architecture', 'operatingSystem'].map(
    (field) => `${field} ${textAt(node, 'status', 'nodeInfo', field)}`,
  );
  return [...labels, ...taints, ...info, `providerID ${textAt(node, 'spec', 'providerID')}`].find(
    (clause) => HINT.test(clause),
  );
}
