import { below, normalPath } from '../model/path.js';
import { list } from '../model/types.js';
import type { Container, PodSpec, Volume, VolumeMount } from '../model/types.js';

/** A mount together with the container that has it and the volume that it names. */
export interface Mounted {
  readonly container: Container;
  readonly mount: VolumeMount;
  /** Undefined in a DaemonSet that the API server would refuse. */
  readonly volume: Volume | undefined;
  /** Normalised. */
  readonly mountPath: string;
  /** The path of the host that the mount shows, its subPath included; undefined for other volumes. */
  readonly hostPath: string | undefined;
}

/** Every mount of the containers given; volumes that nothing mounts play no part. */
export function mountsIn(spec: PodSpec, containers: readonly Container[]): readonly Mounted[] {
  const volumes = new Map(list(spec.volumes).map((volume) => [volume.name, volume]));
  return containers.flatMap((container) =>
    list(container.volumeMounts).map((mount) => {
      const volume = volumes.get(mount.name);
      const path = volume?.hostPath?.path;
      return {
        container,
        mount,
        volume,
        mountPath: normalPath(mount.mountPath),
        hostPath: path === undefined ? undefined : below(path, mount.subPath ?? ''),
      };
    }),
  );
}

/** The volumes that containers mount, and those that variables are read from (`fileKeyRef`). */
export const usedVolumes = (containers: readonly Container[]): ReadonlySet<string> =>
  new Set(
    containers.flatMap(({ volumeMounts, env }) => [
      ...list(volumeMounts).map(({ name }) => name),
      ...list(env).map(({ valueFrom }) => {
        const reference = valueFrom?.['fileKeyRef'] as { volumeName?: string } | null | undefined;
        return reference?.volumeName ?? '';
      }),
    ]),
  );
