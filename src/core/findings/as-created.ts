import type { Pod } from '../model/types.js';
import type { Outcome } from '../outcome.js';

/**
 * What the engine would have said of a pod when it was created: its node was not known then. Only one that the
 * scheduler would not have put on a virtual node named its node itself.
 */
export function asCreated(pod: Pod, ask: (pod: Pod) => Outcome): Outcome {
  const outcome = ask(withoutNode(pod));
  return outcome.reason === 'no_virtual_node' ? ask(pod) : outcome;
}

function withoutNode(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec ?? {};
  return { ...pod, spec };
}
