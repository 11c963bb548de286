import { PLACEHOLDER_GATE, PLACEHOLDER_LABEL } from '../model/annotations.js';
import { equal } from '../model/equal.js';
import { metaOf, specOf } from '../model/pod.js';
import { list, map } from '../model/types.js';
import type { Pod, ResourceRequirements } from '../model/types.js';
import { escapeKey, PatchBuilder } from '../patch/builder.js';
import type { Operation } from '../patch/operation.js';

/**
 * Said, and not left out: a quota on these refuses a pod that is silent about them, and a LimitRange fills in what is
 * absent, which the quota then counts. A limit of zero is none, and never more than a quota has left.
 */
const ZERO: ResourceRequirements = Object.freeze({
  requests: { cpu: '0', memory: '0' },
  limits: { cpu: '0', memory: '0' },
});

/**
 * What makes a pod of the DaemonSet controller a placeholder: a scheduling gate, a label, and resources of zero. All
 * else stays as the template has it, so that people find in the placeholder what they know of the DaemonSet. On a
 * placeholder it is nothing.
 */
export function placeholderPatch(pod: Pod): readonly Operation[] {
  const patch = new PatchBuilder();
  gate(patch, pod);
  zero(patch, pod, 'initContainers');
  zero(patch, pod, 'containers');
  // They would count in place of the containers' sum. Absent is allowed whatever the API server's version, and those that
  // know them ask a quota's questions of the containers then.
  if ((specOf(pod).resources ?? null) !== null) patch.remove('/spec/resources');
  label(patch, pod);
  return patch.operations;
}

function gate(patch: PatchBuilder, pod: Pod): void {
  const { schedulingGates } = specOf(pod);
  if (list(schedulingGates).some(({ name }) => name === PLACEHOLDER_GATE)) return;
  patch.insert('/spec/schedulingGates', schedulingGates, [{ name: PLACEHOLDER_GATE }]);
}

function zero(patch: PatchBuilder, pod: Pod, field: 'containers' | 'initContainers'): void {
  list(specOf(pod)[field]).forEach(({ resources }, index) => {
    if (equal(resources, ZERO)) return;
    patch.set(`/spec/${field}/${index}/resources`, ZERO, resources !== undefined);
  });
}

function label(patch: PatchBuilder, pod: Pod): void {
  const { labels } = metaOf(pod);
  const value = map(labels)[PLACEHOLDER_LABEL];
  if (value === 'true') return;
  patch.ensureObject('/metadata', pod.metadata);
  patch.ensureObject('/metadata/labels', labels);
  patch.set(`/metadata/labels/${escapeKey(PLACEHOLDER_LABEL)}`, 'true', value !== undefined);
}
