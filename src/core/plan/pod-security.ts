import type { Refusal } from '../decide/refusal.js';
import { list, map } from '../model/types.js';
import type { Container, PodSecurityContext, SecurityContext } from '../model/types.js';
import { metaOf } from '../model/pod.js';
import type { Context } from './context.js';
import { securityOf } from './security.js';

/**
 * The Pod Security Standards, as far as an injected container can break them: a level that the namespace enforces
 * would refuse the whole pod, so such a DaemonSet is skipped.
 * Probes and hooks that name a host, and AppArmor profiles, are left out of injected containers and not judged.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
interface Judged {
  readonly container: Container;
  readonly security: SecurityContext;
  /** The pod's own security context, which the level restricted counts as well. */
  readonly pod: PodSecurityContext;
}

type Rule = readonly [what: string, breaks: (judged: Judged) => boolean];

const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];
const SELINUX_TYPES = [
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
];

const adds = ({ security }: Judged): readonly string[] => list(security.capabilities?.add);
const seccomp = ({ security, pod }: Judged): string | undefined =>
  security.seccompProfile?.type ?? (pod['seccompProfile'] as { type?: string } | undefined)?.type;

const baseline: readonly Rule[] = [
  ['privileged', ({ security }) => security.privileged === true],
  ['windowsOptions.hostProcess', ({ security }) => security.windowsOptions?.hostProcess === true],
  [
    'capabilities.add',
    (judged) => adds(judged).some((one) => !BASELINE_CAPABILITIES.includes(one)),
  ],
  ['procMount', ({ security }) => (security.procMount ?? 'Default') !== 'Default'],
  ['seccompProfile', (judged) => seccomp(judged) === 'Unconfined'],
  ['seLinuxOptions', ({ security }) => breaksSELinux(security)],
];

const restricted: readonly Rule[] = [
  ['allowPrivilegeEscalation', ({ security }) => security.allowPrivilegeEscalation !== false],
  ['runAsNonRoot', ({ security, pod }) => (security.runAsNonRoot ?? pod.runAsNonRoot) !== true],
  ['runAsUser 0', ({ security, pod }) => (security.runAsUser ?? pod.runAsUser) === 0],
  ['seccompProfile', (judged) => !['RuntimeDefault', 'Localhost'].includes(seccomp(judged) ?? '')],
  ['capabilities.drop', ({ security }) => !list(security.capabilities?.drop).includes('ALL')],
  ['capabilities.add', (judged) => adds(judged).some((one) => one !== 'NET_BIND_SERVICE')],
];

/** Why the namespace's level would refuse the pod with this DaemonSet in it. */
export function podSecurityRefusal(context: Context): Refusal | undefined {
  const { world, namespace, spec } = context.subject;
  const labels = map(metaOf(world.namespace(namespace) ?? {}).labels);
  const level = labels['pod-security.kubernetes.io/enforce'];
  if (level !== 'baseline' && level !== 'restricted') return undefined;
  if (keepsHostPath(context)) return refusal(level, 'a hostPath volume');
  const rules = level === 'baseline' ? baseline : [...baseline, ...restricted];
  for (const container of context.blueprint.containers) {
    const judged = {
      container,
      security: securityOf(container, context),
      pod: spec.securityContext ?? {},
    };
    const broken = rules.find(([, breaks]) => breaks(judged));
    if (broken !== undefined) return refusal(level, `${broken[0]} of container ${container.name}`);
  }
  return undefined;
}

const refusal = (level: string, what: string): Refusal => ({
  reason: 'pod_security',
  detail: `level ${level}: ${what}`,
});

const keepsHostPath = ({ landing, blueprint }: Context): boolean =>
  landing.profile.hostPath === 'private' &&
  list(blueprint.spec.volumes).some(({ hostPath }) => (hostPath ?? null) !== null);

const breaksSELinux = ({ seLinuxOptions }: SecurityContext): boolean =>
  !SELINUX_TYPES.includes(seLinuxOptions?.['type'] ?? '') ||
  (seLinuxOptions?.['user'] ?? '') !== '' ||
  (seLinuxOptions?.['role'] ?? '') !== '';
