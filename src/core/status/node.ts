import { metaOf } from '../model/pod.js';
import type { KubernetesObject, Node } from '../model/types.js';
import { conditionIn, type Condition } from './observed.js';

/** Whether a node is well, as its controller says. */
export interface NodeState {
  readonly name: string;
  readonly isReady: boolean;
}

/** A node of which nothing is said is well: providers make some before they say anything. */
export const nodeStateOf = (node: KubernetesObject): NodeState => ({
  name: metaOf(node).name ?? '',
  isReady: (conditionIn(conditionsOf(node), 'Ready')?.status ?? 'True') === 'True',
});

/** @returns the conditions that `nodeStateOf` reads. */
export const prunedConditions = (node: Node): readonly Condition[] => {
  const ready = conditionIn(conditionsOf(node), 'Ready');
  return ready === undefined ? [] : [{ type: ready.type, status: ready.status }];
};

const conditionsOf = (node: Node): readonly Condition[] | undefined =>
  node.status?.['conditions'] as readonly Condition[] | undefined;
