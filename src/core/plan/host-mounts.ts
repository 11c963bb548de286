import { list } from '../model/types.js';
import type { PodSpec, VolumeMount } from '../model/types.js';
import { fingerprint } from '../model/text.js';
import type { Claims } from './claims.js';
import type { Mounted } from '../decide/mounted.js';
import type { Context } from './context.js';
import { literal } from './fields.js';
import type { HostPathKind } from './host-paths.js';
import { holdsContainerLogs, kindOf } from './host-paths.js';
import { below, isWithin, normalPath, relative, upwards } from '../model/path.js';

/** The directories of the host that become emptyDirs, for all injected DaemonSets together: path to volume name. */
export type Directories = ReadonlyMap<string, string>;

/**
 * One emptyDir for equal or nested paths. Where the node cannot mount a part of an emptyDir, and for ephemeral containers,
 * which can mount none either, each path has one of its own, and mounts are nested instead. The names say the path: they
 * do not change with the DaemonSets around.
 */
export function directoriesOf(contexts: readonly Context[], claims: Claims): Directories {
  const wanted = new Set(contexts.flatMap(uncoveredPaths));
  const subPath = contexts.every(({ landing }) => landing.profile.emptyDirSubPath);
  const whole = new Set(
    contexts.filter(({ blueprint }) => blueprint.ephemeral).flatMap(uncoveredPaths),
  );
  const roots = [...wanted].map((path) => (subPath ? rootOf(path, wanted, whole) : path));
  return new Map(
    [...new Set(roots)].map((root) => [root, claims.volumeName(volumeNameOf(root), 'ds-injector')]),
  );
}

/** The path whose volume holds another: the nearest that has one in any case, else the uppermost. */
function rootOf(path: string, wanted: ReadonlySet<string>, whole: ReadonlySet<string>): string {
  const up = upwards(path);
  return up.find((one) => whole.has(one)) ?? up.findLast((one) => wanted.has(one)) ?? path;
}

const uncoveredPaths = (context: Context): readonly string[] =>
  context.blueprint.mounts
    .filter((mounted) => kindOfMount(mounted, context) === 'directory')
    .map(pathOf)
    .filter((path) => coveringPath(path, context) === undefined);

/** `/var/log` is `host-var-log`. */
function volumeNameOf(path: string): string {
  const name = `host${path.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`.replace(/-$/, '');
  return name.length <= 63 ? name : `host-${fingerprint(path)}`;
}

/** The path of the host behind a mount, without the part that an expression of the container adds. */
export const pathOf = (mounted: Mounted): string => mounted.hostPath ?? '/';

/** Undefined for a mount that is not, or not to be translated as, a hostPath. */
export function kindOfMount(mounted: Mounted, { landing }: Context): HostPathKind | undefined {
  const path = mounted.hostPath;
  if (path === undefined || landing.profile.hostPath === 'private') return undefined;
  return kindOf(path, mounted.volume?.hostPath?.type ?? '', landing.profile);
}

/** The hostPath volumes of the business, by their paths. */
export const businessPaths = ({ volumes }: PodSpec): ReadonlyMap<string, string> =>
  new Map(
    [...list(volumes)]
      .reverse()
      .flatMap(({ name, hostPath }) => (hostPath ? [[normalPath(hostPath.path), name]] : [])),
  );

/** The path of the business's volume that holds a path: the same or the nearest above. */
export const coveringPath = (path: string, { business }: Context): string | undefined =>
  business.size === 0 ? undefined : upwards(path).find((one) => business.has(one));

/** An injected container shall not get the volumes of a business by the hundred. */
const MOST_NESTED = 50;

/** The path of a mount below which the business has too many volumes to mount them all inside. */
export function crowdedPath(context: Context): string | undefined {
  if (context.business.size <= MOST_NESTED) return undefined;
  const paths = [...context.business.keys()];
  return context.blueprint.mounts
    .filter((mounted) => kindOfMount(mounted, context) === 'directory')
    .map(pathOf)
    .find((path) => paths.filter((one) => isWithin(one, path)).length > MOST_NESTED);
}

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
  return [
    mountAt(mounted, path, directories, context),
    ...nestedMounts(mounted, path, directories, context),
  ];
}

/** A volume of the business that holds the path, else the emptyDir that does. */
function mountAt(
  mounted: Mounted,
  path: string,
  directories: Directories,
  context: Context,
): VolumeMount {
  const covering = coveringPath(path, context);
  const volumes = covering === undefined ? directories : context.business;
  const root = covering ?? upwards(path).find((one) => directories.has(one)) ?? path;
  return mountOf(mounted, volumes.get(root) ?? '', relative(path, root));
}

/** The volumes of the business below a directory are mounted inside it; so are directories with an emptyDir apart. */
function nestedMounts(
  mounted: Mounted,
  path: string,
  directories: Directories,
  { business }: Context,
): readonly VolumeMount[] {
  if ((mounted.mount.subPathExpr ?? '') !== '') return [];
  return [...business, ...directories]
    .filter(([inner]) => inner !== path && isWithin(inner, path))
    .map(([inner, name]) => ({
      name,
      mountPath: below(mounted.mount.mountPath, relative(inner, path)),
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
