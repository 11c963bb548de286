import type { Refusal } from '../decide/choose.js';
import { list } from '../model/types.js';
import type { Container, EnvFromSource, EnvVar, KeyRef, Volume } from '../model/types.js';
import type { Subject } from '../decide/subject.js';
import type { Context, Mounted } from './context.js';
import { mountsOf } from './context.js';

/** A ConfigMap or Secret that a DaemonSet needs; it is looked up in the pod's namespace, where the pod will look. */
interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

const isKnown = ({ world, namespace }: Subject, { kind, name }: Reference): boolean =>
  world.find(kind, namespace, name) !== undefined;

/**
 * A missing ConfigMap or Secret would hang the whole business pod in ContainerCreating, so every reference becomes
 * optional. With subPath it cannot: an optional source that is missing yields a directory in place of the file.
 */
export function missingConfig({ subject, blueprint }: Context): Refusal | undefined {
  const missing = mountsOf(blueprint)
    .filter(hasSubPath)
    .flatMap(({ volume }) => referencesOf(volume))
    .find((reference) => !isKnown(subject, reference));
  return missing === undefined
    ? undefined
    : { reason: 'config_missing', detail: `${missing.kind} ${subject.namespace}/${missing.name}` };
}

export const hasSubPath = ({ mount }: Pick<Mounted, 'mount'>): boolean =>
  (mount.subPath ?? '') !== '' || (mount.subPathExpr ?? '') !== '';

/** The ConfigMaps and Secrets that a volume needs to be there. */
function referencesOf(volume: Volume | undefined): readonly Reference[] {
  const { configMap, secret, projected } = volume ?? {};
  return [
    ...required('ConfigMap', configMap),
    ...required('Secret', secret && { ...secret, name: secret.secretName ?? '' }),
    ...list(projected?.sources).flatMap((source) => [
      ...required('ConfigMap', source.configMap),
      ...required('Secret', source.secret),
    ]),
  ];
}

const required = (
  kind: Reference['kind'],
  reference: KeyRef | null | undefined,
): readonly Reference[] =>
  reference === null || reference === undefined || reference.optional === true
    ? []
    : [{ kind, name: reference.name ?? '' }];

/** Names, in one warning for each, what a DaemonSet needs and the World does not know in the pod's namespace. */
export function warnOfAssumedConfig(context: Context, containers: readonly Container[]): void {
  const references = [
    ...mountsOf(context.blueprint).flatMap(({ volume }) => referencesOf(volume)),
    ...containers
      .flatMap(({ env }) => list(env))
      .flatMap(({ valueFrom }) => [
        ...required('ConfigMap', valueFrom?.configMapKeyRef),
        ...required('Secret', valueFrom?.secretKeyRef),
      ]),
    ...containers
      .flatMap(({ envFrom }) => list(envFrom))
      .flatMap(({ configMapRef, secretRef }) => [
        ...required('ConfigMap', configMapRef),
        ...required('Secret', secretRef),
      ]),
  ];
  for (const reference of references.filter((one) => !isKnown(context.subject, one))) {
    const { kind, name } = reference;
    context.warn(
      'config_assumed',
      `${kind} ${context.subject.namespace}/${name} is assumed to exist; without it the container starts without`,
    );
  }
}

const optional = <T extends object>(reference: T): T => ({ ...reference, optional: true });

/** A volume whose sources may be missing. */
export function optionalVolume(volume: Volume): Volume {
  const { configMap, secret, projected, ...rest } = volume;
  return {
    ...rest,
    ...(configMap && { configMap: optional(configMap) }),
    ...(secret && { secret: optional(secret) }),
    ...(projected && {
      projected: {
        ...projected,
        sources: list(projected.sources).map((source) => ({
          ...source,
          ...(source.configMap && { configMap: optional(source.configMap) }),
          ...(source.secret && { secret: optional(source.secret) }),
        })),
      },
    }),
  };
}

/** An environment variable whose source may be missing. */
export function optionalEnv(variable: EnvVar): EnvVar {
  const { configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  if (configMapKeyRef) {
    return { ...variable, valueFrom: { configMapKeyRef: optional(configMapKeyRef) } };
  }
  return secretKeyRef
    ? { ...variable, valueFrom: { secretKeyRef: optional(secretKeyRef) } }
    : variable;
}

export const optionalEnvFrom = ({
  configMapRef,
  secretRef,
  ...rest
}: EnvFromSource): EnvFromSource => ({
  ...rest,
  ...(configMapRef && { configMapRef: optional(configMapRef) }),
  ...(secretRef && { secretRef: optional(secretRef) }),
});
