import { list } from '../model/types.js';
import type { Volume, VolumeMount } from '../model/types.js';
import type { Claims } from './claims.js';
import type { Mounted } from '../decide/mounted.js';
import type { Context } from './context.js';
import { literal } from './fields.js';
import type { HostPathKind } from './host-paths.js';
import { holdsContainerLogs, kindOf } from './host-paths.js';
import { below, isWithin, normalPath, relative } from '../model/path.js';

/** The directories of the host that become emptyDirs, for all injected DaemonSets together: path to volume name. */
export type Directories = ReadonlyMap<string, string>;

/** A hostPath volume of the business. */
interface BusinessVolume {
  readonly name: string;
  readonly path: string;
}

/**
 * One emptyDir for equal or nested paths. Where the node cannot mount a part of an emptyDir, each path has one of
 * its own, and mounts are nested instead.
 */
export function directoriesOf(contexts: readonly Context[], claims: Claims): Directories {
  const wanted = contexts.flatMap((context) =>
    context.blueprint.mounts
      .filter((mounted) => kindOfMount(mounted, context) === 'directory')
      .filter((mounted) => coveringVolume(pathOf(mounted), context) === undefined)
      .map((mounted) => ({ path: pathOf(mounted), volume: mounted.mount.name, context })),
  );
  const directories = new Map<string, string>();
  for (const { path, volume, context } of wanted) {
    const { emptyDirSubPath } = context.landing.profile;
    const inner = wanted.some((other) => other.path !== path && isWithin(path, other.path));
    if (directories.has(path) || (emptyDirSubPath && inner)) continue;
    directories.set(path, claims.volumeName(volume, context.blueprint.name));
  }
  return directories;
}

/** The path of the host behind a mount, without the part that an expression of the container adds. */
const pathOf = (mounted: Mounted): string => mounted.hostPath ?? '/';

/** Undefined for a mount that is not, or not to be translated as, a hostPath. */
function kindOfMount(mounted: Mounted, { landing }: Context): HostPathKind | undefined {
  const path = mounted.hostPath;
  if (path === undefined || landing.profile.hostPath === 'private') return undefined;
  return kindOf(path, mounted.volume?.hostPath?.type ?? '', landing.profile);
}

const businessVolumes = ({ subject }: Context): readonly BusinessVolume[] =>
  list(subject.spec.volumes).flatMap(({ name, hostPath }: Volume) =>
    hostPath ? [{ name, path: normalPath(hostPath.path) }] : [],
  );

/** The volume of the business that holds a path: the same or the nearest parent. */
const coveringVolume = (path: string, context: Context): BusinessVolume | undefined =>
  businessVolumes(context)
    .filter((volume) => isWithin(path, volume.path))
    .sort((a, b) => b.path.length - a.path.length)[0];

/** The mounts that stand for one mount of a DaemonSet; undefined where it is not a hostPath. */
export function translateHostMount(
  mounted: Mounted,
  directories: Directories,
  context: Context,
): readonly VolumeMount[] | undefined {
  const kind = kindOfMount(mounted, context);
  if (kind === undefined) return undefined;
  const path = pathOf(mounted);
  const { name } = mounted.container;
  if (kind === 'optional_file') {
    context.warn('host_file_left_out', `container ${name} does not get the host's ${path}`);
  }
  if (kind !== 'directory') return [];
  if (holdsContainerLogs(path)) {
    context.warn('stdout_not_visible', `container ${name} finds no container logs in ${path}`);
  }
  const covering = coveringVolume(path, context);
  if (covering !== undefined)
    return [mountOf(mounted, covering.name, relative(path, covering.path))];
  return [
    emptyDirMount(mounted, path, directories),
    ...nestedMounts(mounted, path, directories, context),
  ];
}

function emptyDirMount(mounted: Mounted, path: string, directories: Directories): VolumeMount {
  const root = [...directories.keys()]
    .filter((directory) => isWithin(path, directory))
    .sort((a, b) => b.length - a.length)[0];
  return mountOf(mounted, directories.get(root ?? path) ?? '', relative(path, root ?? path));
}

/** The volumes of the business below a directory are mounted inside it; so are directories with an emptyDir apart. */
function nestedMounts(
  mounted: Mounted,
  path: string,
  directories: Directories,
  context: Context,
): readonly VolumeMount[] {
  if ((mounted.mount.subPathExpr ?? '') !== '') return [];
  const inner = [
    ...businessVolumes(context),
    ...[...directories].map(([directory, name]) => ({ path: directory, name })),
  ];
  return inner
    .filter((volume) => volume.path !== path && isWithin(volume.path, path))
    .map((volume) => ({
      name: volume.name,
      mountPath: below(mounted.mount.mountPath, relative(volume.path, path)),
      ...(mounted.mount.readOnly === true ? { readOnly: true } : {}),
    }));
}

/** The mount with another volume behind it, at a part of that volume. */
function mountOf({ mount }: Mounted, name: string, part: string): VolumeMount {
  const { subPath: _, subPathExpr, recursiveReadOnly: __, mountPropagation: ___, ...rest } = mount;
  const expression = subPathExpr ?? '';
  if (expression !== '') {
    // Only the container can evaluate the expression; what is put before it must stay as it is.
    return {
      ...rest,
      name,
      subPathExpr: [literal(part), expression].filter(Boolean).join('/'),
    };
  }
  return { ...rest, name, ...(part === '' ? {} : { subPath: part }) };
}

/**
 * Where a container looks for what it has of its own: `/host/proc` becomes `/proc`. Longest first, so that a mount of
 * the root does not take `/host/proc` along.
 */
export function ownPaths(
  containerName: string,
  context: Context,
): readonly (readonly [string, string])[] {
  return context.blueprint.mounts
    .filter(({ container }) => container.name === containerName)
    .filter((mounted) => kindOfMount(mounted, context) === 'own')
    .map((mounted) => [mounted.mountPath, pathOf(mounted)] as const)
    .filter(([mountPath, path]) => mountPath !== path)
    .sort(([a], [b]) => b.length - a.length);
}

/** A text with every such path replaced, where it stands for itself or for what lies below it. */
export function replacePaths(text: string, paths: readonly (readonly [string, string])[]): string {
  return paths.reduce((result, [from, to]) => {
    const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const whole = new RegExp(`(^|[\\s=:,"'(])${escaped}(?=$|[/\\s:,"')])(/?)`, 'g');
    return result.replace(
      whole,
      (_match, before: string, slash: string) => before + (to === '/' ? '/' : to + slash),
    );
  }, text);
}
