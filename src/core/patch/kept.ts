import type { Subject } from '../decide/subject.js';
import { list } from '../model/types.js';
import type { Container, PodSpec } from '../model/types.js';
import type { PlannedContainer } from '../plan/carry.js';
import { listOf } from '../plan/mode.js';
import type { Plan } from '../plan/plan.js';
import { contradicts, covers, isKeyed, sameImage, sameItem } from '../record/covers.js';
import type { Ours } from '../record/unpick.js';

/** A list of a pod's spec that containers are injected into. */
export type Field = ReturnType<typeof listOf>;

/** A pod, what it is to become, and what of it an earlier pass has injected. */
export interface Passage {
  readonly subject: Subject;
  readonly plan: Plan;
  readonly ours: Ours;
}

/** The planned containers of one list. */
export const plannedIn = ({ parts }: Plan, field: Field): readonly PlannedContainer[] =>
  parts.flatMap(({ containers }) => containers).filter(({ slot }) => listOf(slot) === field);

/**
 * The containers of a pod that a pass leaves in it, as it leaves them: those of others, and those of an earlier pass
 * that are still planned for the same list.
 */
export function keptOf({ subject, plan, ours }: Passage): PodSpec {
  const { spec } = subject;
  if (ours.containers.size === 0) return spec;
  return {
    ...spec,
    initContainers: keptIn('initContainers', { subject, plan, ours }),
    containers: keptIn('containers', { subject, plan, ours }),
  };
}

function keptIn(field: Field, { subject, plan, ours }: Passage): Container[] {
  const wanted = new Map(
    plannedIn(plan, field).map(({ container }) => [container.name, container]),
  );
  return list(subject.spec[field]).flatMap((container) => {
    if (!ours.containers.has(container.name)) return [container];
    const target = wanted.get(container.name);
    return target === undefined ? [] : [{ ...container, ...revisedFields(container, target) }];
  });
}

/** Sizes that an autoscaler set are left as they are; so is a registry that a mirror put before the image. */
const LEFT_TO_OTHERS = new Set(['name', 'resources']);

/** The fields of an injected container that contradict the plan, as they shall be: what others added in them is kept. */
export const revisedFields = (
  actual: Container,
  planned: Container,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(planned).flatMap(([field, target]) => {
      const current = Object.hasOwn(actual, field) ? actual[field] : undefined;
      return LEFT_TO_OTHERS.has(field) || isAsWanted(field, current, target)
        ? []
        : [[field, withAdditions(current, target)]];
    }),
  );

/** What is absent was dropped by somebody, and that stays; but without a user of its own it would run as the pod's. */
function isAsWanted(field: string, current: unknown, target: unknown): boolean {
  if (field === 'image') return sameImage(current as string, target as string);
  return field === 'securityContext' ? covers(current, target) : !contradicts(current, target);
}

/** The planned items of a list first, then those of others. */
function withAdditions(current: unknown, target: unknown): unknown {
  if (!Array.isArray(current) || !Array.isArray(target)) return target;
  const items = target as readonly unknown[];
  if (!items.every(isKeyed)) return target;
  const others = current as readonly unknown[];
  return [...items, ...others.filter((one) => !items.some((item) => sameItem(one, item)))];
}
