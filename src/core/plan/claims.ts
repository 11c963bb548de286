import { allContainers, isNativeSidecar } from '../model/pod.js';
import { list } from '../model/types.js';
import type { Container, ContainerPort } from '../model/types.js';
import type { Outline } from './outline.js';
import { fingerprint } from '../model/text.js';
import { isTokenVolume } from './token-volume.js';

/** DNS labels, which container and volume names are, have at most 63 characters. */
const LONGEST_NAME = 63;

/** What is taken in a pod: by the business first, then by each DaemonSet in its turn. */
export class Claims {
  readonly #containers: Set<string>;
  readonly #volumes: Set<string>;
  readonly #ports = new Map<string, string>();
  readonly #portNames = new Set<string>();
  readonly #declared = new Set<string>();
  #count: number;

  constructor({ spec, claimVolumes }: Outline) {
    const containers = allContainers(spec);
    this.#containers = new Set(containers.map(({ name }) => name));
    this.#volumes = new Set([...list(spec.volumes).map(({ name }) => name), ...claimVolumes]);
    this.#count = containers.length;
    const running = [
      ...list(spec.containers),
      ...list(spec.initContainers).filter(isNativeSidecar),
    ];
    for (const container of running) {
      this.claimPorts([container], `container ${container.name}`);
      this.claimPortNames(list(container.ports));
    }
  }

  /** The number of containers, init containers included, as providers count them. */
  get count(): number {
    return this.#count;
  }

  countUp(containers: number): void {
    this.#count += containers;
  }

  /** Takes a container's name, or one that tells whose it is where that is taken. */
  containerName(name: string, daemonSet: string): string {
    return take(this.#containers, name, daemonSet);
  }

  volumeName(name: string, daemonSet: string): string {
    // Any such name may be the one that this pod got.
    if (isTokenVolume(name)) this.#volumes.add(name);
    return take(this.#volumes, name, daemonSet);
  }

  /** The first port, of those that the containers declare, that somebody has already, and who. */
  takenPort(containers: readonly Container[]): string | undefined {
    for (const key of containers.flatMap(portsOf)) {
      const holder = this.#ports.get(key);
      if (holder !== undefined) return `${key} by ${holder}`;
    }
    return undefined;
  }

  claimPorts(containers: readonly Container[], holder: string): void {
    for (const key of containers.flatMap(portsOf)) this.#ports.set(key, holder);
  }

  /** Whether an injected container is the first to declare a port: in a pod on its host's network, two clash. */
  declares({ containerPort, protocol }: ContainerPort): boolean {
    const key = portKey(containerPort, protocol);
    const isFirst = !this.#declared.has(key);
    this.#declared.add(key);
    return isFirst;
  }

  claimPortNames(ports: readonly ContainerPort[]): void {
    for (const { name } of ports) if (name !== undefined) this.#portNames.add(name);
  }

  /** A Service finds a named port in the first container that has it; an injected one must not be found instead. */
  hasPortName(name: string): boolean {
    return this.#portNames.has(name);
  }
}

/** "9100/TCP": judged on container and host ports, because the program may listen on either. */
const portsOf = ({ ports }: Container): readonly string[] => list(ports).flatMap(keysOf);

const keysOf = ({ containerPort, hostPort, protocol }: ContainerPort): readonly string[] =>
  [containerPort, hostPort ?? 0]
    .filter((port) => port !== 0)
    .map((port) => portKey(port, protocol));

const portKey = (port: number, protocol: string | null | undefined): string =>
  `${port}/${protocol ?? 'TCP'}`;

function take(taken: Set<string>, name: string, daemonSet: string): string {
  const free = [name, withOwner(name, daemonSet, '')].find((candidate) => !taken.has(candidate));
  const chosen = free ?? hashed(taken, name, daemonSet);
  taken.add(chosen);
  return chosen;
}

/** Counts up, so that the name depends on nothing but what is taken: stable from run to run. */
function hashed(taken: ReadonlySet<string>, name: string, daemonSet: string): string {
  for (let turn = 0; ; turn += 1) {
    const candidate = withOwner(
      name,
      daemonSet,
      fingerprint(`${daemonSet}/${name}/${turn}`).slice(0, 6),
    );
    if (!taken.has(candidate)) return candidate;
  }
}

function withOwner(name: string, daemonSet: string, suffix: string): string {
  // A DaemonSet's name may have dots; a container's must not.
  const whole = [daemonSet.replaceAll('.', '-'), name, suffix]
    .filter((part) => part !== '')
    .join('-');
  if (whole.length <= LONGEST_NAME) return whole;
  const end = `-${fingerprint(whole).slice(0, 6)}`;
  return whole.slice(0, LONGEST_NAME - end.length).replace(/-+$/, '') + end;
}
