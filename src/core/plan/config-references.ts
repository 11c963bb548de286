import type { Refusal } from '../decide/refusal.js';
import { list } from '../model/types.js';
import type { Container, EnvFromSource, EnvVar, KeyRef, Volume } from '../model/types.js';
import type { Outline } from './outline.js';
import type { Mounted } from '../decide/mounted.js';
import type { Context } from './context.js';

/** A ConfigMap or Secret that a DaemonSet needs; it is looked up in the pod's namespace, where the pod will look. */
interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** The keys that are asked for by name. */
  readonly keys: readonly string[];
}

/** What the World knows to be wrong with a reference. */
interface Lack {
  readonly code: 'config_assumed' | 'config_key_missing';
  /** "ConfigMap ns/name", with the key where only that is missing. */
  readonly what: string;
}

function lackOf({ world, namespace }: Outline, { kind, name, keys }: Reference): Lack | undefined {
  const object = world.find(kind, namespace, name);
  const what = `${kind} ${namespace}/${name}`;
  if (object === undefined) return { code: 'config_assumed', what };
  const held = ['data', 'binaryData', 'stringData'].flatMap((field) =>
    Object.keys(object[field] ?? {}),
  );
  const missing = keys.find((key) => !held.includes(key));
  return missing === undefined
    ? undefined
    : { code: 'config_key_missing', what: `key ${missing} of ${what}` };
}

/**
 * A missing ConfigMap or Secret would hang the whole business pod in ContainerCreating, so every reference becomes
 * optional. With subPath it cannot: an optional source that is missing yields a directory in place of the file.
 */
export function missingConfig({ subject, blueprint }: Context): Refusal | undefined {
  const mounts = blueprint.mounts.filter(hasSubPath);
  const references = [
    ...mounts.flatMap(({ volume }) => referencesOf(volume)),
    ...mounts.flatMap(inExpression).flatMap(referencesOfVariable),
  ];
  const [lack] = references.flatMap((reference) => lackOf(subject, reference) ?? []);
  return lack && { reason: 'config_missing', detail: lack.what };
}

/** The variables that a subPathExpr names; without one of them the container is never made. */
const inExpression = ({ container, mount }: Mounted): readonly EnvVar[] =>
  list(container.env).filter(({ name }) => mount.subPathExpr?.includes(`$(${name})`) === true);

const referencesOfVariable = ({ valueFrom }: EnvVar): readonly Reference[] => [
  ...required('ConfigMap', valueFrom?.configMapKeyRef),
  ...required('Secret', valueFrom?.secretKeyRef),
];

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

/** A reference that is not optional; to a key, to some (`items`), or to the whole. */
type Source = KeyRef & { readonly items?: unknown };

function required(
  kind: Reference['kind'],
  source: Source | null | undefined,
): readonly Reference[] {
  if (!source || source.optional === true) return [];
  const items = Array.isArray(source.items) ? (source.items as { key?: string }[]) : [];
  const keys = [source.key, ...items.map(({ key }) => key)].filter((key) => key !== undefined);
  return [{ kind, name: source.name ?? '', keys }];
}

/** Names, in one warning for each, what a DaemonSet needs and the World does not know in the pod's namespace. */
export function warnOfLackingConfig(context: Context, containers: readonly Container[]): void {
  const references = [
    ...context.blueprint.mounts.flatMap(({ volume }) => referencesOf(volume)),
    ...containers.flatMap(({ env }) => list(env)).flatMap(referencesOfVariable),
    ...containers
      .flatMap(({ envFrom }) => list(envFrom))
      .flatMap(({ configMapRef, secretRef }) => [
        ...required('ConfigMap', configMapRef),
        ...required('Secret', secretRef),
      ]),
  ];
  for (const { code, what } of references.flatMap((one) => lackOf(context.subject, one) ?? [])) {
    const state = code === 'config_assumed' ? 'is assumed to exist' : 'is missing';
    context.warn(code, `${what} ${state}; without it the container starts without`);
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
