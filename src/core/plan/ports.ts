import type { PortRange } from '../decide/marks.js';
import { list } from '../model/types.js';
import type {
  Container,
  ContainerPort,
  LifecycleHandler,
  Probe,
  ProbeTarget,
} from '../model/types.js';
import type { Claims } from './claims.js';

/**
 * The ports that an injected container declares: those that `metrics-port` opens, without host ports, since a virtual
 * node has no host. Declaring is not opening: the program listens all the same.
 */
export function portsOf(
  container: Container,
  ranges: readonly PortRange[],
  claims: Claims,
): readonly ContainerPort[] {
  return list(container.ports)
    .filter(({ containerPort }) => ranges.some((range) => includes(range, containerPort)))
    .filter((port) => claims.declares(port))
    .map(({ hostPort: _, hostIP: __, name, ...port }) => ({
      ...port,
      ...(name === undefined || claims.hasPortName(name) ? {} : { name }),
    }));
}

export const includes = ([from, to]: PortRange, port: number): boolean =>
  from <= port && port <= to;

/** A probe or hook whose ports are numbers: a name may be filtered away, and the probe would be silently off. */
export function numbered<T extends Probe | LifecycleHandler>(
  handler: T | null | undefined,
  container: Container,
): T | undefined {
  if (handler === null || handler === undefined) return undefined;
  return {
    ...handler,
    ...(handler.httpGet && { httpGet: numberedTarget(handler.httpGet, container) }),
    ...(handler.tcpSocket && { tcpSocket: numberedTarget(handler.tcpSocket, container) }),
  };
}

function numberedTarget(target: ProbeTarget, { ports }: Container): ProbeTarget {
  const declared = list(ports).find(({ name }) => name === target.port);
  return declared === undefined ? target : { ...target, port: declared.containerPort };
}
