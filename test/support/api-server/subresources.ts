import type { Container, KubernetesObject, Pod } from '../../../src/core/model/types.js';
import { isDeepStrictEqual } from 'node:util';
import type { Target } from './kinds.js';
import { conflict, Refusal } from './refusal.js';

type Named = Target & { readonly name: string };

/** What of a change a write of an object, or of a subresource of it, takes over. */
export function written(
  place: Named,
  before: KubernetesObject,
  after: KubernetesObject,
): KubernetesObject {
  if (place.subresource === 'status') return withStatus(before, after);
  if (place.subresource === 'ephemeralcontainers') return withEphemeral(place, before, after);
  if (place.resource.plural === 'pods') requireSame(place, before, after);
  return after;
}

function withStatus(before: KubernetesObject, after: KubernetesObject): KubernetesObject {
  const { annotations, resourceVersion } = after.metadata ?? {};
  return {
    ...before,
    status: after['status'],
    metadata: { ...before.metadata, ...(annotations && { annotations }), resourceVersion },
  };
}

/** Of the metadata nothing counts but uid and version, of the spec nothing but containers that are added. */
function withEphemeral(place: Named, before: Pod, after: Pod): KubernetesObject {
  const { uid, resourceVersion } = after.metadata ?? {};
  if (uid !== before.metadata?.uid) throw conflict(`pods "${place.name}"`);
  for (const container of ephemeralIn(after)) requireFields(place, container);
  for (const container of ephemeralIn(before)) requireKept(place, container, after);
  const problem = twiceIn(before, after) ?? volumeMissing(before, after);
  if (problem !== undefined) throw invalid(place, problem);
  return {
    ...before,
    metadata: { ...before.metadata, resourceVersion },
    spec: { ...before.spec, ephemeralContainers: [...ephemeralIn(after)] },
  };
}

function requireKept(place: Named, container: Container, after: Pod): void {
  const now = ephemeralIn(after).find(({ name }) => name === container.name);
  if (isDeepStrictEqual(now, container)) return;
  const what = now === undefined ? 'removed' : 'changed';
  throw invalid(place, `existing ephemeral containers "${container.name}" may not be ${what}`);
}

function twiceIn({ spec }: Pod, after: Pod): string | undefined {
  const taken = [...list(spec?.containers), ...list(spec?.initContainers)];
  const names = [...taken, ...ephemeralIn(after)].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice && `spec.ephemeralContainers: Duplicate value: "${twice}"`;
}

function volumeMissing({ spec }: Pod, after: Pod): string | undefined {
  const volumes = new Set(list(spec?.volumes).map(({ name }) => name));
  const mounts = ephemeralIn(after).flatMap(({ volumeMounts }) => list(volumeMounts));
  const missing = mounts.find(({ name }) => !volumes.has(name));
  return missing && `spec.ephemeralContainers: volumeMounts: Not found: "${missing.name}"`;
}

/** What the API server does not take of an ephemeral container. */
const FORBIDDEN = [
  ...['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resources'],
  ...['restartPolicy', 'restartPolicyRules', 'resizePolicy'],
];

function requireFields(place: Named, container: Container): void {
  const field = FORBIDDEN.find((one) =>
    isSet((container as unknown as Record<string, unknown>)[one]),
  );
  if (field !== undefined) {
    throw invalid(
      place,
      `${container.name}.${field}: Forbidden: cannot be set for an Ephemeral Container`,
    );
  }
  if (
    list(container.volumeMounts).some((mount) => isSet(mount.subPath) || isSet(mount.subPathExpr))
  ) {
    throw invalid(
      place,
      `${container.name}.subPath: Forbidden: cannot be set for an Ephemeral Container`,
    );
  }
}

const isSet = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  !isDeepStrictEqual(value, {}) &&
  !isDeepStrictEqual(value, []);

/** A pod's ephemeral containers are added through their subresource and in no other way. */
function requireSame(place: Named, before: Pod, after: Pod): void {
  if (isDeepStrictEqual(ephemeralIn(before), ephemeralIn(after))) return;
  throw invalid(place, 'spec: Forbidden: pod updates may not change fields other than images');
}

const ephemeralIn = ({ spec }: Pod): readonly Container[] => list(spec?.ephemeralContainers);

const list = <T>(items: readonly T[] | null | undefined): readonly T[] => items ?? [];

const invalid = ({ name }: Named, why: string): Refusal =>
  new Refusal(422, 'Invalid', `Pod "${name}" is invalid: ${why}`);
