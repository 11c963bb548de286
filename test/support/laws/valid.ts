import type { Request } from '../../../src/core/engine.js';
import type { Container, Pod, PodSpec, Volume } from '../../../src/core/model/types.js';
import { list } from '../../../src/core/model/types.js';
import { hold } from './law.js';

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What nodes allow that are otherwise refused; by default nothing. */
export interface Allowances {
  readonly privileged?: boolean;
  readonly hostPath?: boolean;
}

export const containersOf = (spec: PodSpec): readonly Container[] => [
  ...list(spec.initContainers),
  ...list(spec.containers),
  ...list(spec.ephemeralContainers),
];

/**
 * What the API server would refuse, as far as injection could cause it, and what an injected container must not have.
 * What came with the request is not judged.
 */
export function expectValid(pod: Pod, request: Request, allowed: Allowances = {}): void {
  const before = request.pod.spec ?? {};
  const spec = pod.spec ?? {};
  const known = new Set(containersOf(before).map(({ name }) => name));
  const volumes = new Map(list(spec.volumes).map((volume) => [volume.name, volume]));
  const claims = new Set(request.claimVolumes);
  for (const container of containersOf(spec)) {
    if (known.has(container.name)) continue;
    expectValidContainer(container, volumes, claims);
    expectNoRights(container, volumes, allowed);
  }
  const old = new Set(list(before.volumes).map(({ name }) => name));
  for (const volume of list(spec.volumes)) {
    if (!old.has(volume.name)) expectValidVolume(volume, claims, allowed);
  }
  expectNoNewDuplicates(containersOf(before), containersOf(spec));
  expectNoNewDuplicates(list(before.volumes), list(spec.volumes));
  expectNoLooseMounts(before, spec, claims);
}

type Volumes = ReadonlyMap<string, Volume>;

function expectValidContainer(
  container: Container,
  volumes: Volumes,
  claims: ReadonlySet<string>,
): void {
  const { name } = container;
  hold('the name of a container is a DNS label', NAME.test(name), () => name);
  const mounts = list(container.volumeMounts);
  const paths = mounts.map(({ mountPath }) => mountPath);
  hold(
    'one mount at each path',
    new Set(paths).size === paths.length,
    () => `${name}: ${paths.join(' ')}`,
  );
  for (const mount of mounts) {
    const there = volumes.has(mount.name) || claims.has(mount.name);
    hold('the volume of each mount is there', there, () => `${name}: ${mount.name}`);
  }
}

/** Nobody gains rights through injection, and nobody the identity of the workload. */
function expectNoRights(container: Container, volumes: Volumes, allowed: Allowances): void {
  const { name, securityContext } = container;
  const privileged = securityContext?.privileged === true && allowed.privileged !== true;
  hold('no injected container is privileged', !privileged, () => name);
  const windows = securityContext?.windowsOptions as { hostProcess?: unknown } | null | undefined;
  hold('no injected container is a process of the host', windows?.hostProcess !== true, () => name);
  const hostPort = list(container.ports).some((port) => (port.hostPort ?? null) !== null);
  hold('no injected container has a host port', !hostPort, () => name);
  const mounts = list(container.volumeMounts);
  const token = mounts.some(({ mountPath }) => mountPath === TOKEN_PATH);
  hold("an injected container does not see the workload's token", token, () => name);
  const gives = mounts.find((mount) => handsOutToken(volumes.get(mount.name)));
  hold('no mount of a volume with a token', gives === undefined, () => `${name}: ${gives?.name}`);
}

const handsOutToken = (volume: Volume | undefined): boolean =>
  list(volume?.projected?.sources).some(
    (source) => (source['serviceAccountToken'] ?? null) !== null,
  );

function expectValidVolume(
  volume: Volume,
  claims: ReadonlySet<string>,
  { hostPath }: Allowances,
): void {
  const { name } = volume;
  hold('the name of a volume is a DNS label', NAME.test(name), () => name);
  hold('names of claims are taken', !claims.has(name), () => name);
  const sources = Object.keys(volume).filter((field) => field !== 'name');
  // One without is an emptyDir to the API server.
  hold('a volume has one source', sources.length <= 1, () => `${name}: ${sources.join(', ')}`);
  const isHostPath = (volume.hostPath ?? null) !== null && hostPath !== true;
  hold('no volume of the host', !isHostPath, () => name);
  hold('no volume with a token', !handsOutToken(volume), () => name);
  const limit = volume.emptyDir?.medium === 'Memory' ? undefined : volume.emptyDir?.sizeLimit;
  hold('no size limit, which could evict the pod', limit === undefined, () => name);
}

type Named = readonly { readonly name: string }[];

const duplicates = (items: Named): number =>
  items.length - new Set(items.map(({ name }) => name)).size;

const expectNoNewDuplicates = (before: Named, after: Named): void => {
  hold('no name twice', duplicates(after) <= duplicates(before), () =>
    after.map(({ name }) => name).join(' '),
  );
};

/** A volume that goes away with an earlier pass must not be missed by what stays. */
function expectNoLooseMounts(before: PodSpec, after: PodSpec, claims: ReadonlySet<string>): void {
  const left = new Set(list(after.volumes).map(({ name }) => name));
  const gone = list(before.volumes).filter(({ name }) => !left.has(name) && !claims.has(name));
  if (gone.length === 0) return;
  const mounted = new Set(
    containersOf(after).flatMap(({ volumeMounts }) => list(volumeMounts).map(({ name }) => name)),
  );
  const missed = gone.find(({ name }) => mounted.has(name));
  hold('no volume is taken away that is mounted', missed === undefined, () => missed?.name ?? '');
}
