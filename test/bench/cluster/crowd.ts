import type { DaemonSet, PodSpec } from '../../../src/core/model/types.js';
import { agents } from './agents.js';
import { range } from './business.js';
import { daemonSetOf, marked, PREFIX, type Agent } from './daemonsets.js';

/**
 * DaemonSets of which none goes into the pods of the benchmark: in turn one that is not marked, one that is but would
 * not run on a super node (for its node selector or, every other time, for the taint), and one that is for other pods.
 */
export function crowdOf(count: number): readonly DaemonSet[] {
  const models = agents();
  return range(count).map((index) => daemonSetOf(memberOf(index, models[index % models.length])));
}

function memberOf(index: number, model?: Agent): Agent {
  const containers = model?.spec.containers?.map((one) => ({ ...one, name: `agent-${index}` }));
  return {
    name: `platform-agent-${index}`,
    namespace: `platform-${index % 12}`,
    annotations: annotationsOf(index),
    spec: { ...model?.spec, ...(containers && { containers }), ...placeOf(index) },
  };
}

function annotationsOf(index: number): Agent['annotations'] {
  if (index % 3 === 0) return {};
  if (index % 3 === 1) return marked;
  return { ...marked, [`${PREFIX}ds-inject-by-label`]: `team:nobody-${index}` };
}

function placeOf(index: number): PodSpec {
  if (index % 3 !== 1) return {};
  if (index % 2 === 0) return { tolerations: [] };
  return { nodeSelector: { 'node.tke.cloud.tencent.com/nodepool': `np-pool-${index % 20}` } };
}
