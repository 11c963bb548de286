import type { Refusal } from '../decide/refusal.js';
import type { Mounted } from '../decide/mounted.js';
import { list } from '../model/types.js';
import type { Container } from '../model/types.js';
import { hasSubPath } from './config-references.js';
import type { Context } from './context.js';
import { fileOfAmount } from './fields.js';
import { coveringPath, kindOfMount, pathOf } from './host-mounts.js';
import { carriedVolumes } from './volumes.js';

/**
 * Why a DaemonSet cannot be expressed as ephemeral containers: these can mount volumes of the pod, but no part of one, and a
 * pod that runs already gets neither volumes nor image pull secrets. None is privileged: the policy for the injector itself
 * refuses that, or its token would be worth the sandbox of every injected pod.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
 */
export function notEphemeral(context: Context): Refusal | undefined {
  if (!context.blueprint.ephemeral) return undefined;
  const detail =
    (context.runs ? lackIn(context) : undefined) ??
    partIn(context) ??
    fileIn(context) ??
    privilegedIn(context);
  return detail === undefined ? undefined : { reason: 'not_ephemeral', detail };
}

/** What a running pod would have to have, and has not. */
function lackIn(context: Context): string | undefined {
  const { blueprint, subject } = context;
  const [volume] = carriedVolumes(context);
  if (volume !== undefined) return `volume ${volume.name} that the pod lacks`;
  const directory = blueprint.mounts.find(
    (mounted) =>
      kindOfMount(mounted, context) === 'directory' &&
      coveringPath(pathOf(mounted), context) === undefined,
  );
  if (directory) return `volume ${directory.mount.name} that the pod lacks`;
  const present = list(subject.spec.imagePullSecrets).map(({ name }) => name);
  const secret = list(blueprint.spec.imagePullSecrets).find(({ name }) => !present.includes(name));
  return secret && `image pull secret ${secret.name ?? ''} that the pod lacks`;
}

function partIn(context: Context): string | undefined {
  for (const mounted of context.blueprint.mounts) {
    const part = partOf(mounted, context);
    if (part !== undefined) return `a part (subPath) of volume ${part}`;
  }
  return undefined;
}

/** The name of the volume of which a mount shows a part; of a directory of the host, only the business's can be one. */
function partOf(mounted: Mounted, context: Context): string | undefined {
  const { mount } = mounted;
  const kind = kindOfMount(mounted, context);
  if (kind === undefined) return hasSubPath({ mount }) ? mount.name : undefined;
  if (kind !== 'directory') return undefined;
  if ((mount.subPathExpr ?? '') !== '') return mount.name;
  const path = pathOf(mounted);
  const covering = coveringPath(path, context) ?? path;
  return covering === path ? undefined : context.business.get(covering);
}

/** The kubelet would not find the container of which the amount is asked, and the pod would never start. */
function fileIn({ blueprint }: Context): string | undefined {
  const path = fileOfAmount(blueprint);
  return path === undefined ? undefined : `file ${path} with an amount of a container`;
}

/** Where the sandbox has none of these, they go in without, as sidecars do. */
function privilegedIn({ blueprint, landing }: Context): string | undefined {
  if (!landing.profile.privileged) return undefined;
  const found = blueprint.containers.find(
    ({ securityContext }) => securityContext?.privileged === true,
  );
  return found && `container ${found.name} that is privileged`;
}

/** Says what an ephemeral container is without that the DaemonSet has; readiness would be left out in any case. */
export function warnOfLosses(container: Container, { warn }: Context): void {
  const { livenessProbe, startupProbe, lifecycle, resources } = container;
  const losses = Object.entries({
    livenessProbe,
    startupProbe,
    lifecycle,
    'memory limit': resources?.limits?.['memory'],
    restartPolicy: container.restartPolicy,
  })
    .filter(([, value]) => (value ?? undefined) !== undefined)
    .map(([name]) => name);
  if (losses.length > 0) {
    warn('ephemeral_without', `container ${container.name} is without its ${losses.join(', ')}`);
  }
}
