import type { Container, Volume, VolumeMount } from '../model/types.js';
import type { Context } from './context.js';
import type { Names } from './fields.js';
import type { Directories } from './host-mounts.js';
import { translateHostMount } from './host-mounts.js';
import { normalPath, upwards } from '../model/path.js';

/** Where the API server's ServiceAccount plugin mounts the workload's token, if nothing else is mounted there. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** An empty volume at the token's place keeps the workload's identity out of the injected containers. */
export const tokenBlind = (name: string): Volume => ({ name, emptyDir: {} });
export const TOKEN_BLIND_NAME = 'ds-injector-no-token';

/** Whether a mount lies above the token's place, `/run` being `/var/run`. */
export const holdsToken = ({ mountPath }: VolumeMount): boolean =>
  upwards(realPath(TOKEN_PATH)).slice(1).includes(realPath(mountPath));

/** What the mounts of a container depend on besides the container. */
export interface MountPlan {
  readonly names: Names;
  readonly directories: Directories;
  /** The name of the volume that `tokenBlind` made. */
  readonly blind: string;
}

/** The mounts of an injected container; never two at one path. */
export function translateMounts(
  container: Container,
  { names, directories, blind }: MountPlan,
  context: Context,
): readonly VolumeMount[] {
  const translated = context.blueprint.mounts
    .filter((mounted) => mounted.container.name === container.name)
    .map(
      (mounted) =>
        translateHostMount(mounted, directories, context) ?? [carried(mounted.mount, names)],
    );
  const own = translated.flatMap((mounts) => mounts.slice(0, 1));
  const nested = translated.flatMap((mounts) => mounts.slice(1));
  // What the DaemonSet itself mounts at a path wins over what is mounted inside another of its directories.
  // The plugin that mounts the token has nothing to do with ephemeral containers.
  const blinds = context.blueprint.ephemeral
    ? []
    : [{ name: blind, mountPath: TOKEN_PATH, readOnly: true }];
  const all = [...own, ...nested, ...blinds];
  return writableParents(firstAtEachPath(all));
}

const carried = (
  { mountPropagation: _, ...mount }: VolumeMount,
  { volumes }: Names,
): VolumeMount => ({
  ...mount,
  name: volumes.get(mount.name) ?? mount.name,
});

function firstAtEachPath(mounts: readonly VolumeMount[]): readonly VolumeMount[] {
  const byPath = new Map<string, VolumeMount>();
  for (const mount of mounts) {
    const path = normalPath(mount.mountPath);
    // The plugin that mounts the token compares texts, so the place must be written as it writes it.
    if (!byPath.has(path)) {
      byPath.set(path, path === TOKEN_PATH ? { ...mount, mountPath: path } : mount);
    }
  }
  return [...byPath.values()];
}

/** The runtime cannot make a mount point inside a read-only mount, and the container would not start. */
function writableParents(mounts: readonly VolumeMount[]): readonly VolumeMount[] {
  const holding = new Set(mounts.flatMap(({ mountPath }) => upwards(realPath(mountPath)).slice(1)));
  return mounts.map((mount) => {
    const { readOnly: _, recursiveReadOnly: __, ...writable } = mount;
    return holding.has(realPath(mount.mountPath)) ? writable : mount;
  });
}

/** In nearly every image /var/run is a link to /run. */
const realPath = (path: string): string => normalPath(path).replace(/^\/var\/run(?=\/|$)/, '/run');
