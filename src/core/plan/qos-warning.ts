import { list } from '../model/types.js';
import type { Subject } from '../decide/subject.js';
import type { Warning } from '../outcome.js';
import type { Plan } from './plan.js';
import { qosClassOf } from './qos.js';

/** `resources: keep` is the operator's word; the pod's QoS class may then be another, which is told. */
export function qosWarning({ spec, settings }: Subject, plan: Plan): readonly Warning[] {
  if (settings.resources !== 'keep' || plan.parts.length === 0) return [];
  const injected = plan.parts.flatMap(({ containers }) =>
    containers.map(({ container }) => container),
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
