import type { Blueprint } from '../decide/blueprint.js';
import type { WarningCode } from '../decide/reasons.js';
import type { Landing } from '../decide/landing.js';
import type { Subject } from '../decide/subject.js';
import { list } from '../model/types.js';
import type { Container, Volume, VolumeMount } from '../model/types.js';
import type { Warning } from '../outcome.js';

/** One DaemonSet on its way into one pod. */
export interface Context {
  readonly subject: Subject;
  readonly landing: Landing;
  readonly blueprint: Blueprint;
  readonly warn: (code: WarningCode, message: string) => void;
}

/** A warning that says which DaemonSet it is about, kept once. */
export function warner(warnings: Warning[], { key }: Blueprint): Context['warn'] {
  return (code, text) => {
    const message = `DaemonSet ${key}: ${text}`;
    if (!warnings.some((known) => known.message === message)) warnings.push({ code, message });
  };
}

/** A mount together with the container that has it and the volume that it names. */
export interface Mounted {
  readonly container: Container;
  readonly mount: VolumeMount;
  /** Undefined in a DaemonSet that the API server would refuse. */
  readonly volume: Volume | undefined;
}

export const containersOf = ({ inits, daemons }: Blueprint): readonly Container[] => [
  ...inits,
  ...daemons,
];

/** Every mount of a DaemonSet; volumes that nothing mounts play no part. */
export function mountsOf(blueprint: Blueprint): readonly Mounted[] {
  const volumes = new Map(list(blueprint.spec.volumes).map((volume) => [volume.name, volume]));
  return containersOf(blueprint).flatMap((container) =>
    list(container.volumeMounts).map((mount) => ({
      container,
      mount,
      volume: volumes.get(mount.name),
    })),
  );
}
