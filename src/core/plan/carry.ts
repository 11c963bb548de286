import { defined } from '../model/defined.js';
import { isNativeSidecar } from '../model/pod.js';
import { list } from '../model/types.js';
import type { Container, StringMap, Volume } from '../model/types.js';
import type { Placement } from '../outcome.js';
import type { Claims } from './claims.js';
import { optionalEnv, optionalEnvFrom, warnOfLackingConfig } from './config-references.js';
import type { Context } from './context.js';
import { warnOfLosses } from './ephemeral.js';
import type { Names } from './fields.js';
import { resolveEnv } from './fields.js';
import type { Directories } from './host-mounts.js';
import { ownPaths, withOwnPaths } from './own-paths.js';
import type { Mode, Slot } from './mode.js';
import { slotOf } from './mode.js';
import { translateMounts } from './mounts.js';
import type { MountPlan } from './mounts.js';
import { portsOf } from './ports.js';
import type { Gate } from './probes.js';
import { probesOf } from './probes.js';
import { resourcesOf } from './resources.js';
import type { Sizing } from './resources.js';
import { securityOf, warnOfLostSecurity } from './security.js';
import { carriedVolumes, translateVolume } from './volumes.js';

/** A container as it shall stand in the pod. */
export interface PlannedContainer {
  /** Its name in the DaemonSet. */
  readonly source: string;
  readonly container: Container;
  readonly placement: Placement;
  readonly slot: Slot;
}

/** What one DaemonSet adds to a pod. */
export interface Part {
  readonly context: Context;
  readonly containers: readonly PlannedContainer[];
  readonly volumes: readonly Volume[];
  /** Values of downward API volumes; see fields.ts. */
  readonly annotations: Readonly<StringMap>;
}

/** What the parts of one pod share. */
export interface Shared {
  readonly claims: Claims;
  readonly sizing: Sizing;
  readonly directories: Directories;
  readonly blind: string;
}

/** Carries a DaemonSet that was found to fit over into the pod. */
export function carryOver(context: Context, mode: Mode, shared: Shared): Part {
  const names = namesFor(context, shared.claims);
  const mountPlan: MountPlan = { names, directories: shared.directories, blind: shared.blind };
  const annotations: StringMap = {};
  const volumes = carriedVolumes(context).map((volume) =>
    translateVolume(volume, names, context, annotations),
  );
  const inits = list(context.blueprint.spec.initContainers);
  const containers = [...inits, ...list(context.blueprint.spec.containers)].map((container) => {
    const isInit = inits.includes(container);
    const placement = placementOf(isInit, container, mode);
    const gate = placement === 'init' ? 'none' : mode.gate;
    return {
      source: container.name,
      container: translate(container, placement, { context, gate, shared, mountPlan }),
      placement,
      slot: slotOf(placement, mode),
    };
  });
  warnOfLackingConfig(context, context.blueprint.containers);
  return { context, containers, volumes, annotations };
}

/** Names are kept, because people type them after `-c`; a clash is told. */
function namesFor(context: Context, claims: Claims): Names {
  const { blueprint, warn } = context;
  const containers = new Map(
    blueprint.containers.map(({ name }) => [name, claims.containerName(name, blueprint.name)]),
  );
  for (const [name, injectedAs] of containers) {
    if (name !== injectedAs) warn('renamed', `container ${name} is named ${injectedAs} in the pod`);
  }
  const volumes = new Map(
    carriedVolumes(context).map(({ name }) => [name, claims.volumeName(name, blueprint.name)]),
  );
  return { containers, volumes };
}

/** Native sidecars of the DaemonSet stay what they are, where the node has such. */
function placementOf(isInit: boolean, container: Container, mode: Mode): Placement {
  if (mode.daemons === 'ephemeral') return 'ephemeral';
  if (isInit && !isNativeSidecar(container)) return 'init';
  if (isInit) return mode.nativeSidecars ? 'native' : 'plain';
  return mode.daemons;
}

interface Surroundings {
  readonly context: Context;
  readonly gate: Gate;
  readonly shared: Shared;
  readonly mountPlan: MountPlan;
}

/**
 * A copy of the container with whatever its new surroundings ask for; fields that nobody knows come along. What rules
 * restarts does not: a rule can restart all containers of the pod, the business's among them.
 */
function translate(
  container: Container,
  placement: Placement,
  surroundings: Surroundings,
): Container {
  const { context, mountPlan } = surroundings;
  const { names } = mountPlan;
  const seen = withOwnPaths(container, ownPaths(container.name, context));
  const {
    livenessProbe: _l,
    readinessProbe: _r,
    startupProbe: _s,
    lifecycle: _c,
    restartPolicyRules: _p,
    // A pod that never restarts is refused with some of them, and there is nothing to resize in zero.
    resizePolicy: _z,
    ...rest
  } = seen;
  warnOfLostSecurity(container, context);
  if (placement === 'ephemeral') warnOfLosses(container, context);
  else warnOfRestartRules(container, context);
  const env = resolveEnv(list(seen.env).map(optionalEnv), container.name, names, context);
  return defined({
    ...rest,
    name: names.containers.get(container.name) ?? container.name,
    env: nonEmpty(env),
    envFrom: nonEmpty(list(container.envFrom).map(optionalEnvFrom)),
    ...(placement === 'ephemeral' ? WITHOUT : lastingFields(seen, placement, surroundings)),
    securityContext: nonEmptyObject(securityOf(container, context)),
    volumeMounts: nonEmpty(translateMounts(container, mountPlan, context)),
  });
}

/** What an ephemeral container cannot have; see `warnOfLosses`. */
const WITHOUT = { ports: undefined, restartPolicy: undefined, resources: undefined };

/** What only containers have that are in the pod from its beginning. */
const lastingFields = (
  seen: Container,
  placement: Placement,
  { context, gate, shared }: Surroundings,
) => {
  const ports = portsOf(seen, context.subject.wishes.metricsPorts, shared.claims);
  shared.claims.claimPortNames(ports);
  return {
    ports: nonEmpty(ports),
    ...probesOf(seen, { placement, gate }, context),
    restartPolicy: placement === 'native' ? ('Always' as const) : undefined,
    resources: resourcesOf(seen, shared.sizing, context),
  };
};

function warnOfRestartRules(
  { name, restartPolicy, restartPolicyRules }: Container,
  { warn }: Context,
): void {
  if (restartPolicyRules !== undefined || (restartPolicy ?? 'Always') !== 'Always') {
    warn('restart_rule_left_out', `container ${name} restarts as the pod does`);
  }
}

const nonEmpty = <T>(items: readonly T[]): T[] | undefined =>
  items.length === 0 ? undefined : [...items];

const nonEmptyObject = <T extends object>(fields: T): T | undefined =>
  Object.keys(fields).length === 0 ? undefined : fields;
