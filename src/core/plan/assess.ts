import type { Refusal } from '../decide/refusal.js';
import { list } from '../model/types.js';
import type { Container, PodSpec, Volume } from '../model/types.js';
import { endsByItself } from '../model/pod.js';
import type { Claims } from './claims.js';
import { hasSubPath, missingConfig } from './config-references.js';
import { notEphemeral } from './ephemeral.js';
import { fieldBytes } from './fields.js';
import { crowdedPath } from './host-mounts.js';
import type { Context } from './context.js';
import { kindOf } from './host-paths.js';
import { holdsToken } from './mounts.js';
import { podSecurityRefusal } from './pod-security.js';
import { runsAsPodUser } from './security.js';

/** Capabilities that only those need who change the kernel or the network: in a pod that would be the business's. */
const MUTATING_CAPABILITIES = ['NET_ADMIN', 'SYS_MODULE', 'SYS_BOOT', 'SYS_RAWIO', 'BPF'];

/** Volumes that need nothing but the pod, once they are translated. */
const PORTABLE = ['hostPath', 'emptyDir', 'configMap', 'secret', 'projected', 'downwardAPI'];

type Check = (context: Context, claims: Claims) => Refusal | undefined;

/** Asked in this order; the first answer decides. */
const checks: readonly Check[] = [
  jobWithoutNativeSidecars,
  brokenOwnName,
  brokenTemplate,
  hostMutation,
  (context) => hostPath(context, 'host_mutator'),
  (context) => hostPath(context, 'host_file'),
  (context) => hostPath(context, 'host_view'),
  seccompFile,
  notPortable,
  notEphemeral,
  emptyDirPart,
  tokenInVolume,
  largeFields,
  refusedCapability,
  rootUser,
  podSecurityRefusal,
  missingConfig,
  takenPort,
  containerLimit,
];

/**
 * Whether a DaemonSet that a pod should get can be carried over honestly.
 *
 * @returns why not, or undefined; then its ports and its share of the container limit are claimed.
 */
export function assess(context: Context, claims: Claims): Refusal | undefined {
  for (const check of checks) {
    const refusal = check(context, claims);
    if (refusal !== undefined) return refusal;
  }
  const { daemons, key } = context.blueprint;
  claims.claimPorts(daemons, `DaemonSet ${key}`);
  claims.countUp(context.blueprint.containers.length);
  return undefined;
}

function jobWithoutNativeSidecars({ subject, landing, blueprint }: Context): Refusal | undefined {
  return endsByItself(subject.spec) && !landing.nativeSidecars && !blueprint.ephemeral
    ? { reason: 'no_native_sidecars' }
    : undefined;
}

const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Containers are named after it where their own names are taken. */
function brokenOwnName({ blueprint }: Context): Refusal | undefined {
  return OBJECT_NAME.test(blueprint.name)
    ? undefined
    : { reason: 'malformed_daemonset', detail: 'its own name is no DNS name' };
}

/** What the API server would refuse in a DaemonSet; one from a file may have it, and the pod would be refused. */
function brokenTemplate({ blueprint }: Context): Refusal | undefined {
  const { containers, mounts, spec } = blueprint;
  const broken = mounts.find(({ volume }) => volume === undefined);
  const bare = containers.find(({ image }) => (image ?? '') === '');
  const detail =
    (list(spec.containers).length === 0 ? 'its template has no containers' : undefined) ??
    brokenName('container', containers) ??
    brokenName('volume', list(spec.volumes)) ??
    (bare && `container ${bare.name} has no image`) ??
    (broken &&
      `container ${broken.container.name} mounts volume ${broken.mount.name}, which is not there`);
  return detail === undefined ? undefined : { reason: 'malformed_daemonset', detail };
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function brokenName(what: string, items: readonly { name: string }[]): string | undefined {
  const names = items.map(({ name }) => name);
  const broken = names.find((name, i) => !LABEL.test(name) || names.indexOf(name) !== i);
  return broken === undefined
    ? undefined
    : `${what} ${broken.slice(0, 63)}: a name that is taken or no DNS label`;
}

/** Class D of the research, told by what it asks for and not by its name. */
function hostMutation({ blueprint, landing }: Context): Refusal | undefined {
  const { spec } = blueprint;
  const onHost = blueprint.containers.find((container) => isHostProcess(container, spec));
  if (onHost !== undefined) {
    return { reason: 'host_mutator', detail: `container ${onHost.name}: hostProcess` };
  }
  const setUp = blueprint.inits.find(({ securityContext }) => securityContext?.privileged === true);
  if (setUp !== undefined && !landing.profile.privileged) {
    // What it is privileged for is to set something up; without, it fails, and the business pod never starts.
    return { reason: 'host_mutator', detail: `init container ${setUp.name}: privileged` };
  }
  for (const container of blueprint.containers) {
    const ask = mutatingAsk(container, spec.hostPID === true);
    if (ask !== undefined) {
      return { reason: 'host_mutator', detail: `container ${container.name}: ${ask}` };
    }
  }
  return undefined;
}

function mutatingAsk(container: Container, hostPID: boolean): string | undefined {
  const { capabilities, privileged } = container.securityContext ?? {};
  const added = list(capabilities?.add).map(bareCapability);
  const capability = MUTATING_CAPABILITIES.find((one) => added.includes(one));
  if (capability !== undefined) return `capability ${capability}`;
  if (privileged === true && hostPID) return 'privileged with hostPID';
  const shares = list(container.volumeMounts).some(
    ({ mountPropagation }) => mountPropagation === 'Bidirectional',
  );
  return shares ? 'mount propagation Bidirectional' : undefined;
}

/** A process of a Windows host; the API server wants all containers of a pod to be such, or none. */
const isHostProcess = ({ securityContext }: Container, spec: PodSpec): boolean => {
  const ofPod = spec.securityContext?.['windowsOptions'] as
    { hostProcess?: boolean } | null | undefined;
  return (securityContext?.windowsOptions?.hostProcess ?? ofPod?.hostProcess) === true;
};

const bareCapability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');

/** The first hostPath of a kind that refuses the DaemonSet. */
function hostPath(
  { blueprint, landing: { profile } }: Context,
  kind: 'host_mutator' | 'host_file' | 'host_view',
): Refusal | undefined {
  if (profile.hostPath === 'private' && kind !== 'host_mutator') return undefined;
  for (const mounted of blueprint.mounts) {
    const path = mounted.hostPath;
    if (path === undefined) continue;
    const type = mounted.volume?.hostPath?.type ?? '';
    if (kindOf(path, type, profile) === kind) {
      return { reason: kind, detail: `container ${mounted.container.name}: ${path}` };
    }
  }
  return undefined;
}

/** A Localhost profile is a file of the kubelet's; without it the container is never made. */
function seccompFile({ blueprint }: Context): Refusal | undefined {
  const ofPod = blueprint.spec.securityContext?.['seccompProfile'] as
    { type?: string } | null | undefined;
  const found = blueprint.containers.find(
    ({ securityContext }) => (securityContext?.seccompProfile ?? ofPod)?.type === 'Localhost',
  );
  return found && { reason: 'host_file', detail: `seccomp profile of container ${found.name}` };
}

function notPortable(context: Context): Refusal | undefined {
  const { blueprint } = context;
  const claiming = blueprint.containers.find(
    ({ resources, volumeDevices }) =>
      list(resources?.['claims'] as unknown[]).length + list(volumeDevices).length > 0,
  );
  if (claiming) return notPortableFor(`devices of container ${claiming.name}`);
  const huge = list(blueprint.spec.volumes).find(
    ({ emptyDir }) => emptyDir?.medium?.startsWith('HugePages') === true,
  );
  if (huge) return notPortableFor(`huge pages of volume ${huge.name}`);
  const kind = list(blueprint.spec.volumes)
    .filter(({ name }) => blueprint.usedVolumes.has(name))
    .map(volumeKind)
    .find((one) => !PORTABLE.includes(one));
  if (kind !== undefined) return notPortableFor(`a volume of type ${kind}`);
  const crowded = crowdedPath(context);
  return crowded === undefined
    ? undefined
    : notPortableFor(`too many volumes of the business below ${crowded}`);
}

const notPortableFor = (detail: string): Refusal => ({ reason: 'not_portable', detail });

const volumeKind = (volume: Volume): string =>
  Object.keys(volume).find((field) => field !== 'name' && (volume[field] ?? null) !== null) ??
  'emptyDir';

/** Where a part of an emptyDir cannot be mounted, the container would not start. */
function emptyDirPart({ blueprint, landing }: Context): Refusal | undefined {
  if (landing.profile.emptyDirSubPath) return undefined;
  const part = blueprint.mounts.find(
    ({ mount, volume }) => volume?.emptyDir && hasSubPath({ mount }),
  );
  return part && notPortableFor(`a part of the emptyDir ${part.mount.name}`);
}

/** Volumes that the kubelet mounts read-only whatever the mount says; nothing can be mounted inside. */
const READ_ONLY_VOLUMES = ['configMap', 'secret', 'projected', 'downwardAPI'];

/** The empty volume that hides the workload's token needs a mount point. */
function tokenInVolume({ blueprint }: Context): Refusal | undefined {
  if (blueprint.ephemeral) return undefined;
  const holder = blueprint.mounts.find(
    ({ mount, volume }) =>
      volume !== undefined && READ_ONLY_VOLUMES.includes(volumeKind(volume)) && holdsToken(mount),
  );
  return holder && notPortableFor(`volume ${holder.mount.name} where the token lies`);
}

/** Values of downward API volumes become annotations of the pod, which together have 256 KiB. */
const MOST_FIELD_BYTES = 16 * 1024;

function largeFields({ blueprint }: Context): Refusal | undefined {
  const bytes = fieldBytes(blueprint);
  return bytes > MOST_FIELD_BYTES
    ? notPortableFor(`${bytes} bytes of labels and annotations as files`)
    : undefined;
}

function refusedCapability({ blueprint, landing }: Context): Refusal | undefined {
  const { capabilities: allowed } = landing.profile;
  if (allowed === 'any') return undefined;
  const refused = blueprint.containers
    .flatMap(({ securityContext }) => list(securityContext?.capabilities?.add))
    .find((capability) => !allowed.includes(bareCapability(capability)));
  return refused === undefined ? undefined : { reason: 'capability_refused', detail: refused };
}

/** The kubelet refuses to start a container that demands not to be root and would be. */
function rootUser(context: Context): Refusal | undefined {
  if (context.subject.spec.securityContext?.runAsUser !== 0) return undefined;
  const refused = context.blueprint.containers.find((one) => runsAsPodUser(one, context));
  return refused && { reason: 'root_user', detail: `container ${refused.name}` };
}

function takenPort({ blueprint, landing }: Context, claims: Claims): Refusal | undefined {
  const taken = claims.takenPort(blueprint.daemons) ?? reservedPort(blueprint.daemons, landing);
  return taken === undefined ? undefined : { reason: 'port_taken', detail: taken };
}

function reservedPort(
  containers: readonly Container[],
  { profile }: Context['landing'],
): string | undefined {
  const ports = containers.flatMap((container) =>
    list(container.ports).flatMap(({ containerPort, hostPort }) => [containerPort, hostPort ?? 0]),
  );
  const reserved = ports.find((port) => profile.reservedPorts.includes(port));
  return reserved === undefined ? undefined : `${reserved} by the provider`;
}

function containerLimit({ blueprint, landing }: Context, claims: Claims): Refusal | undefined {
  const limit = landing.profile.maxContainers;
  const count = claims.count + blueprint.containers.length;
  return limit !== undefined && count > limit
    ? { reason: 'container_limit', detail: `${count} containers, ${limit} allowed` }
    : undefined;
}
