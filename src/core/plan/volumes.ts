import { list } from '../model/types.js';
import type { ProjectedSource, StringMap, Volume } from '../model/types.js';
import { hasSubPath, optionalVolume } from './config-references.js';
import type { Context } from './context.js';
import type { Names } from './fields.js';
import { itemsOf, resolveItems } from './fields.js';

/**
 * The volumes of a DaemonSet that are carried over as such, renamed. A hostPath is one only where the profile says
 * that it is private to the sandbox; otherwise host-mounts.ts finds what stands for it.
 */
export function carriedVolumes(context: Context): readonly Volume[] {
  const keepsHostPath = context.landing.profile.hostPath === 'private';
  return list(context.blueprint.spec.volumes).filter(
    ({ name, hostPath }) =>
      context.blueprint.usedVolumes.has(name) && (keepsHostPath || (hostPath ?? null) === null),
  );
}

/** A volume of the DaemonSet as the pod gets it. */
export function translateVolume(
  volume: Volume,
  names: Names,
  context: Context,
  annotations: StringMap,
): Volume {
  const name = names.volumes.get(volume.name) ?? volume.name;
  if (volume.emptyDir) return { name, emptyDir: unlimited(volume.emptyDir, name, context) };
  if (volume.downwardAPI) {
    const items = resolveItems(itemsOf(volume.downwardAPI), names, context, annotations);
    return { name, downwardAPI: { ...volume.downwardAPI, items: [...items] } };
  }
  const projected = volume.projected
    ? { name, ...projectedVolume(volume.projected, names, context, annotations) }
    : { ...volume, name };
  return mountsBySubPath(volume.name, context) ? projected : optionalVolume(projected);
}

const mountsBySubPath = (name: string, { blueprint }: Context): boolean =>
  blueprint.mounts.some(({ mount }) => mount.name === name && hasSubPath({ mount }));

/** Exceeding a size limit evicts the whole pod; a memory volume has its limit from the file system and keeps it. */
function unlimited(
  emptyDir: NonNullable<Volume['emptyDir']>,
  name: string,
  { warn }: Context,
): NonNullable<Volume['emptyDir']> {
  const { sizeLimit, ...rest } = emptyDir;
  if (sizeLimit === undefined || emptyDir.medium === 'Memory') return emptyDir;
  warn('limit_ignored', `the size limit of volume ${name} is left out`);
  return rest;
}

/**
 * Sources that would hand out the workload's identity are left out: nobody gains rights through injection. What is
 * left may be nothing; then an emptyDir keeps the mount where it was.
 */
function projectedVolume(
  projected: NonNullable<Volume['projected']>,
  names: Names,
  context: Context,
  annotations: StringMap,
): Pick<Volume, 'projected' | 'emptyDir'> {
  const sources = list(projected.sources)
    .filter((source) => !('serviceAccountToken' in source) && !('podCertificate' in source))
    .map((source) => projectedSource(source, names, context, annotations));
  return sources.length === 0 ? { emptyDir: {} } : { projected: { ...projected, sources } };
}

function projectedSource(
  source: ProjectedSource,
  names: Names,
  context: Context,
  annotations: StringMap,
): ProjectedSource {
  if (source.downwardAPI) {
    const items = resolveItems(itemsOf(source.downwardAPI), names, context, annotations);
    return { ...source, downwardAPI: { ...source.downwardAPI, items: [...items] } };
  }
  const bundle = source['clusterTrustBundle'];
  return typeof bundle === 'object' && bundle !== null
    ? { ...source, clusterTrustBundle: { ...bundle, optional: true } }
    : source;
}
