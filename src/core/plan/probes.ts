import { defined } from '../model/defined.js';
import { list } from '../model/types.js';
import type { Container, Lifecycle, LifecycleHandler, Probe } from '../model/types.js';
import type { Placement } from '../outcome.js';
import { numbered } from './ports.js';
import type { Context } from './context.js';

/** A startup gate waits ten minutes: an image of some gigabytes is pulled and started in that time. */
const GATE_SECONDS = 600;
/** Kubernetes' default where a probe names no period. */
const PERIOD_SECONDS = 10;
/** Kubernetes' default where a probe names no threshold. */
const FAILURE_THRESHOLD = 3;

/** A probe that waits for ever is written with the largest number that the API takes. */
const LARGEST_INT32 = 2_147_483_647;

/** The probes and hooks of an injected container; only those that it shall have. */
export interface Probes {
  livenessProbe?: Probe | undefined;
  readinessProbe?: Probe | undefined;
  startupProbe?: Probe | undefined;
  lifecycle?: Lifecycle | undefined;
}

/** How a container that the business waits for is started. */
export type Gate = 'none' | 'startup_probe' | 'post_start';

/** What a container is in the pod. */
export interface Role {
  readonly placement: Placement;
  readonly gate: Gate;
}

/**
 * Without a gate, neither readiness nor startup probe may speak: either holds the readiness of the business pod (and
 * a native sidecar's startup probe its start). What the startup probe protected is kept: liveness waits as long.
 */
export function probesOf(
  container: Container,
  { placement, gate }: Role,
  context: Context,
): Probes {
  if (placement === 'init') return {};
  const all: Probes = {
    livenessProbe: local(container.livenessProbe, container, context),
    readinessProbe: local(container.readinessProbe, container, context),
    startupProbe: local(container.startupProbe, container, context),
    lifecycle: lifecycleOf(container, placement === 'native' && gate === 'none', context),
  };
  if (gate !== 'none' && !all.startupProbe && !all.readinessProbe) {
    context.warn(
      'start_gate_missing',
      `container ${container.name} has no probe; the business starts once it runs`,
    );
  }
  if (gate === 'startup_probe') return gatedByProbe(all);
  const quiet = { livenessProbe: delayed(all), lifecycle: all.lifecycle };
  return defined(
    gate === 'none' ? quiet : { ...quiet, lifecycle: gatedByHook(all, container, context) },
  );
}

/**
 * A probe or hook with numbered ports, if it is aimed at the container's own pod. One that names a host (127.0.0.1, as
 * DaemonSets on the host's network do) would ask the kubelet's host, and kill the container by the answer.
 */
function local<T extends Probe | LifecycleHandler>(
  handler: T | null | undefined,
  container: Container,
  { warn }: Context,
): T | undefined {
  const target = handler?.httpGet ?? handler?.tcpSocket;
  if (((target?.['host'] as string | null | undefined) ?? '') === '') {
    return numbered(handler, container);
  }
  warn('probe_left_out', `a probe or hook of container ${container.name} names a host`);
  return undefined;
}

const gatedByProbe = (probes: Probes): Probes =>
  defined({
    ...probes,
    startupProbe: probes.startupProbe ?? (probes.readinessProbe && patient(probes.readinessProbe)),
  });

/** A hook of the DaemonSet's own holds the next container as well, and stays. */
function gatedByHook(
  { startupProbe, readinessProbe, lifecycle }: Probes,
  container: Container,
  context: Context,
): Lifecycle | undefined {
  const probe = startupProbe ?? readinessProbe ?? undefined;
  const postStart = lifecycle?.postStart ?? waiting(probe, container, context);
  return postStart ? { ...lifecycle, postStart } : (lifecycle ?? undefined);
}

/** Kubernetes starts the next container when this one's `postStart` has ended. */
function waiting(
  probe: Probe | undefined,
  { name }: Container,
  context: Context,
): Lifecycle['postStart'] | undefined {
  const command = list(probe?.exec?.command);
  const shell = command[0] ?? '';
  // Only an exec probe that runs a shell proves that the image has one to wait with.
  if (!/(^|\/)(ba|a|da)?sh$/.test(shell)) {
    if (probe !== undefined) {
      context.warn(
        'start_gate_missing',
        `container ${name} has no probe that a shell could wait for`,
      );
    }
    return undefined;
  }
  const period = positive(probe?.periodSeconds, PERIOD_SECONDS);
  const loop = `n=0; until "$@"; do n=$((n+${period})); [ "$n" -ge ${GATE_SECONDS} ] && exit 0; sleep ${period}; done`;
  return { exec: { command: [shell, '-c', loop, shell, ...command] } };
}

/** A startup probe kills, a readiness probe does not: as a gate it fails only after ten minutes. */
function patient({ successThreshold: _, ...readiness }: Probe): Probe {
  const period = positive(readiness.periodSeconds, PERIOD_SECONDS);
  const threshold = Math.max(readiness.failureThreshold ?? 0, Math.ceil(GATE_SECONDS / period));
  return { ...readiness, failureThreshold: threshold };
}

/** Liveness begins where the startup probe would have given up. */
function delayed({ livenessProbe, startupProbe }: Probes): Probe | undefined {
  if (!livenessProbe || !startupProbe) return livenessProbe;
  const patience =
    secondsOf(startupProbe['initialDelaySeconds']) +
    positive(startupProbe.periodSeconds, PERIOD_SECONDS) *
      positive(startupProbe.failureThreshold, FAILURE_THRESHOLD);
  const delay = Math.min(
    Math.max(secondsOf(livenessProbe['initialDelaySeconds']), patience),
    LARGEST_INT32,
  );
  return { ...livenessProbe, initialDelaySeconds: delay };
}

/** The API takes zero for absent. */
const positive = (value: number | undefined, byDefault: number): number =>
  value !== undefined && value > 0 ? value : byDefault;

const secondsOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/**
 * The hooks of a container. The kubelet starts the next container when a `postStart` hook has ended, so where nothing
 * may hold the business, a sidecar that comes before it has none. A stop signal is only valid in a pod that names its
 * operating system.
 */
function lifecycleOf(
  container: Container,
  wouldHold: boolean,
  context: Context,
): Lifecycle | undefined {
  const { postStart, preStop, stopSignal, ...rest } = container.lifecycle ?? {};
  if (wouldHold && postStart) {
    context.warn(
      'probe_left_out',
      `the postStart hook of container ${container.name} would hold the start of the business`,
    );
  }
  const named = (context.subject.spec.os?.name ?? '') !== '';
  const lifecycle = defined({
    ...rest,
    postStart: wouldHold ? undefined : local(postStart, container, context),
    preStop: local(preStop, container, context),
    stopSignal: named ? stopSignal : undefined,
  });
  return Object.keys(lifecycle).length === 0 ? undefined : lifecycle;
}
