import type { Facts } from '../core/facts/facts.js';
import type { Engine, Scene } from '../core/findings/scene.js';
import { ofPair } from '../cluster/injected-pods.js';
import type { DutyOptions } from './duty.js';
import { speaks } from './touched.js';

/** What there is to know when a leader judges a pod, from its caches. */
export const sceneIn = (
  { cluster, engine }: Pick<DutyOptions, 'cluster'> & { readonly engine: Engine },
  facts: Facts,
): Scene => ({
  engine,
  facts,
  settings: facts.settings,
  world: cluster.world,
  profileOf: (node) => facts.nodes.named(node)?.nodeClass.profile,
  hasNode: (node) => facts.nodes.named(node) !== undefined,
  placeholderOf: (daemonSet, node) => {
    const all = cluster.placeholders.under(ofPair(daemonSet, node));
    return all.find((one) => speaks(one, cluster.placeholders)) ?? all[0];
  },
});
