import { fieldsAt, isFields, isList, itemsAt, setField } from './json.js';
import type { Random } from './random.js';

/** Stands for a secret. No name can look like it, so it never stands in a log line because it is part of a name. */
export const CANARY = 'CANARY__5ecret__!';

/** Puts the canary where workloads keep secrets: variables, arguments, annotations, and fields that nobody knows. */
export function plantInPod(pod: unknown, random: Random): void {
  plantInAnnotations(pod, random);
  if (isFields(pod)) plantInSpec(pod['spec'], random);
}

/** The same for an object of the World. */
export function plantInObject(object: unknown, random: Random): void {
  if (!isFields(object)) return;
  plantInAnnotations(object, random);
  if (object['kind'] === 'Secret' || object['kind'] === 'ConfigMap') {
    for (const field of ['data', 'stringData']) plantInValues(fieldsAt(object, field));
  }
  if (object['kind'] === 'DaemonSet') plantInPod(fieldsAt(object, 'spec', 'template'), random);
}

function plantInSpec(spec: unknown, random: Random): void {
  if (!isFields(spec)) return;
  if (random.chance(0.5)) setField(spec, 'canaryField', { deep: [CANARY] });
  for (const field of ['containers', 'initContainers']) {
    for (const container of itemsAt(spec, field)) plantInContainer(container, random);
  }
}

function plantInContainer(container: unknown, random: Random): void {
  if (!isFields(container)) return;
  const { env, args, command } = container;
  for (const list of [args, command]) {
    if (isList(list) && random.chance(0.5)) list.push(`--password=${CANARY}`);
  }
  if (!isList(env)) return;
  for (const variable of env) {
    const isText = isFields(variable) && typeof variable['value'] === 'string';
    if (isText && random.chance(0.4)) setField(variable, 'value', `${CANARY}/x`);
  }
  env.push({ name: 'CANARY', value: CANARY });
}

/** The injector's own annotations, too: what they hold is somebody's text. */
function plantInAnnotations(object: unknown, random: Random): void {
  const annotations = fieldsAt(object, 'metadata', 'annotations');
  for (const key of Object.keys(annotations)) {
    const isText = typeof annotations[key] === 'string';
    if (isText && random.chance(0.1)) setField(annotations, key, `${CANARY},true`);
  }
  if (Object.keys(annotations).length > 0) setField(annotations, 'canary.example/note', CANARY);
}

function plantInValues(values: Record<string, unknown>): void {
  for (const key of Object.keys(values)) setField(values, key, CANARY);
}
