import type { Blueprint } from '../core/decide/blueprint.js';
import type { NodeClass } from '../core/facts/nodes.js';
import { fitOf } from '../core/scheduling/fit.js';
import { defaultNodeSelector } from '../core/scheduling/namespace-selector.js';
import type { Scene } from '../core/findings/scene.js';

/** The virtual nodes on which the DaemonSet controller would place the pods of a DaemonSet. */
export function nodesFor(blueprint: Blueprint, { world, facts }: Scene): readonly string[] {
  const { daemonPod, namespace } = blueprint;
  const selector = defaultNodeSelector(world.namespace(namespace));
  const apart = facts.nodes.areToldApartBy(daemonPod, selector);
  const namesIn = ({ nodes, sample }: NodeClass): readonly string[] => {
    if (!apart) return fitOf(daemonPod, sample, selector) === 'fits' ? [...nodes.keys()] : [];
    return [...nodes]
      .filter(([, node]) => fitOf(daemonPod, node, selector) === 'fits')
      .map(([name]) => name);
  };
  return [...facts.nodes.classes].filter(({ profile }) => profile !== undefined).flatMap(namesIn);
}
