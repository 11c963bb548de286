import { list } from '../model/types.js';
import type { Outline } from './outline.js';
import type { Warning } from '../outcome.js';
import type { Plan } from './plan.js';
import { qosClassOf } from './qos.js';

type Planned = Pick<Plan, 'parts' | 'podResources'>;

/** What injection means for the resources of the pod as a whole. */
export function qosWarnings(subject: Outline, plan: Planned): readonly Warning[] {
  if (plan.parts.length === 0) return [];
  if (plan.podResources !== undefined) {
    return [
      {
        code: 'guaranteed_shared',
        message:
          'the pod is Guaranteed: the injected containers share the memory and CPU that it has, and can use it up',
      },
    ];
  }
  return subject.settings.resources === 'keep' ? changedClass(subject, plan) : [];
}

/** `resources: keep` is the operator's word; the pod's QoS class may then be another, which is told. */
function changedClass({ spec }: Outline, plan: Planned): readonly Warning[] {
  const injected = plan.parts.flatMap(({ containers }) =>
    containers.filter(({ slot }) => slot !== 'ephemeral').map(({ container }) => container),
  );
  const before = qosClassOf(spec);
  const after = qosClassOf({ ...spec, containers: [...list(spec.containers), ...injected] });
  return before === after
    ? []
    : [
        {
          code: 'qos_changed',
          message: `the pod's QoS class becomes ${after}; without injection it is ${before}`,
        },
      ];
}
