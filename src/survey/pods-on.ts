import { PODS } from '../cluster/resources.js';
import type { KubernetesObject } from '../core/model/types.js';
import { valueOr, type Answer } from './answer.js';
import { NO_LISTING, type Listing, type Reader } from './reader.js';

/** Nodes that are asked about at a time. */
const AT_ONCE = 8;

/**
 * Fetches the pods that run on some nodes, node by node.
 *
 * @param most after so many pods it is enough.
 */
export async function podsOn(
  reader: Reader,
  nodes: readonly string[],
  most: number,
): Promise<Answer<Listing>> {
  const items: KubernetesObject[] = [];
  let more = false;
  for (let next = 0; next < nodes.length; next += AT_ONCE) {
    if (items.length >= most) return { value: { items, more: true } };
    const some = nodes
      .slice(next, next + AT_ONCE)
      .map((node) =>
        reader.list(PODS, { fieldSelector: `spec.nodeName=${node}`, most: most - items.length }),
      );
    const answers = await Promise.all(some);
    const refusal = answers.find((answer) => !('value' in answer));
    if (refusal !== undefined) return refusal;
    const listings = answers.map((answer) => valueOr(answer, NO_LISTING));
    items.push(...listings.flatMap((listing) => listing.items).slice(0, most - items.length));
    more ||= listings.some((listing) => listing.more);
  }
  return { value: { items, more } };
}
