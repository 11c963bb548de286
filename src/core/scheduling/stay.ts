import { list } from '../model/types.js';
import type { Node, PodSpec } from '../model/types.js';
import { fitOf, type Fit } from './fit.js';

/**
 * Whether the DaemonSet controller leaves a pod that is there on its node: the node is still selected, and has no taint
 * with NoExecute that the pod does not tolerate. A taint with NoSchedule keeps out new pods alone, and the default node
 * selector of a namespace is none of that controller's business.
 *
 * @param spec the template as that controller judges it; see `asDaemonPod`.
 */
export function stayOf(spec: PodSpec, node: Node): Fit {
  const taints = list(node.spec?.taints).filter(({ effect }) => effect === 'NoExecute');
  return fitOf(spec, { ...node, spec: { taints } }, {});
}
