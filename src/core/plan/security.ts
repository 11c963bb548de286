import type { Container, PodSecurityContext, SecurityContext } from '../model/types.js';
import { operatingSystemOf } from '../model/pod.js';
import type { Context } from './context.js';

/** Fields of a pod's security context that a container's has as well. */
const SHARED = [
  'runAsUser',
  'runAsGroup',
  'runAsNonRoot',
  'seLinuxOptions',
  'seccompProfile',
  'windowsOptions',
] as const;

/**
 * The security context of an injected container: what its DaemonSet's pod would have given it is written down, and
 * what the workload's pod sets for its own containers does not leak into it.
 */
export function securityOf(container: Container, context: Context): SecurityContext {
  const { blueprint, landing } = context;
  const ofPod: PodSecurityContext = blueprint.spec.securityContext ?? {};
  const written = Object.fromEntries(SHARED.map((field) => [field, ofPod[field]]));
  // `hostUsers: false`, which an unmasked /proc needs, is the pod's and not carried over.
  // A node without AppArmor refuses a pod that names a profile, and a virtual node may be any.
  const {
    procMount: _,
    appArmorProfile: __,
    ...own
  } = withoutNulls({
    ...written,
    ...withoutNulls(container.securityContext ?? {}),
  });
  const { privileged, ...rest } = own;
  const kept =
    landing.profile.privileged && privileged !== undefined ? { privileged, ...rest } : rest;
  return unleaked(forSystem(kept, operatingSystemOf(context.subject.spec)), context);
}

const withoutNulls = (fields: SecurityContext): SecurityContext =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );

/** The API server refuses a pod that names its system and has the fields of the other. */
function forSystem(security: SecurityContext, system: string): SecurityContext {
  const { windowsOptions, ...rest } = security;
  if (system !== 'windows') return rest;
  return {
    ...(rest.runAsNonRoot === undefined ? {} : { runAsNonRoot: rest.runAsNonRoot }),
    ...(windowsOptions ? { windowsOptions } : {}),
  };
}

/** Names what is lost: for the person who wonders why a container behaves otherwise than on a real node. */
export function warnOfLostSecurity(container: Container, context: Context): void {
  const { privileged } = container.securityContext ?? {};
  if (privileged === true && !context.landing.profile.privileged) {
    context.warn('privileged_dropped', `container ${container.name} is not privileged here`);
  }
  if (runsAsForcedRoot(container, context)) {
    context.warn(
      'runs_as_root',
      `container ${container.name} names no user and the pod does; it runs as root instead of as the pod's user`,
    );
  }
  if (runsAsPodUser(container, context)) {
    context.warn(
      'runs_as_pod_user',
      `container ${container.name} demands not to be root and names no user; it runs as the pod's`,
    );
  }
  const fields = { ...context.blueprint.spec.securityContext, ...appArmorOf(container) };
  const lost = Object.entries(fields)
    .filter(([field, value]) => !(SHARED as readonly string[]).includes(field) && value !== null)
    .map(([field]) => field);
  if (lost.length > 0) {
    context.warn(
      'security_field_dropped',
      `securityContext ${lost.sort().join(', ')} of its pod is left out`,
    );
  }
}

const appArmorOf = ({ securityContext }: Container): object =>
  securityContext?.appArmorProfile ? { appArmorProfile: securityContext.appArmorProfile } : {};

const runsAsForcedRoot = (container: Container, context: Context): boolean =>
  leaksUser(context) && namesNoUser(container, context) && !demandsNonRoot(container, context);

const namesNoUser = ({ securityContext }: Container, { blueprint }: Context): boolean =>
  (securityContext?.runAsUser ?? blueprint.spec.securityContext?.runAsUser) === undefined;

const demandsNonRoot = ({ securityContext }: Container, { blueprint }: Context): boolean =>
  (securityContext?.runAsNonRoot ?? blueprint.spec.securityContext?.runAsNonRoot) === true;

/** It counts on its image's user, of which nothing is known here, so the pod's user applies to it. */
export const runsAsPodUser = (container: Container, context: Context): boolean =>
  leaksUser(context) && namesNoUser(container, context) && demandsNonRoot(container, context);

/** Windows containers have user names of their own; the numbers mean nothing there. */
const leaksUser = ({ subject }: Context): boolean => {
  const { runAsUser, runAsGroup } = subject.spec.securityContext ?? {};
  return (
    operatingSystemOf(subject.spec) !== 'windows' &&
    ((runAsUser ?? null) !== null || (runAsGroup ?? null) !== null)
  );
};

function unleaked(own: SecurityContext, context: Context): SecurityContext {
  if (leaksUser(context)) return withOwnUser(own);
  const { runAsNonRoot } = context.subject.spec.securityContext ?? {};
  // With a user other than root the demand is met, and repeating it false would break the level restricted.
  const leaks =
    runAsNonRoot === true && own.runAsNonRoot === undefined && (own.runAsUser ?? 0) === 0;
  return leaks ? { ...own, runAsNonRoot: false } : own;
}

/** The user that the DaemonSet names, or root, as its own pod would have had without a user of the pod's. */
function withOwnUser(own: SecurityContext): SecurityContext {
  const runAsGroup = own.runAsGroup ?? 0;
  if (own.runAsUser === 0) return { runAsNonRoot: false, ...own, runAsGroup };
  if (own.runAsUser !== undefined) return { ...own, runAsGroup };
  if (own.runAsNonRoot === true) return own;
  return { ...own, runAsUser: 0, runAsGroup, runAsNonRoot: false };
}
