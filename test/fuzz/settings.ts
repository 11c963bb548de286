import { PREFIX, aProfile } from '../support/builders.js';
import { builtInProfiles } from '../../src/core/profiles/built-in.js';
import type { Profile } from '../../src/core/profiles/profile.js';
import type { Settings } from '../../src/core/settings.js';
import type { Random } from './random.js';

const TAINT = 'eks.tke.cloud.tencent.com/eklet';

/** Other nodes than the built-in: each says no, or yes, where those say otherwise. */
const profiles: readonly Profile[] = [
  {},
  { hostView: 'own' as const, emptyDirSubPath: false },
  { hostPath: 'private' as const, privileged: true },
  { maxContainers: 3, reservedPorts: [80, 9100] },
  { capabilities: ['SYS_PTRACE'], nativeSidecars: 'no' as const },
  { podLevelResources: 'no' as const, nativeSidecars: 'yes' as const },
  { annotations: { 'mine.example/sidecars': 'true' } },
].map((fields) => aProfile({ nodes: [{ taint: TAINT }] }, fields));

/** Some options other than they were; one case in two keeps them all. */
export function varied(settings: Settings, random: Random): Settings {
  if (random.chance(0.5)) return settings;
  const options: readonly (() => Partial<Settings>)[] = [
    () => ({ mixed: random.pick(['late', 'inject', 'pin', 'skip'] as const) }),
    () => ({ resources: random.pick(['zero', 'keep'] as const) }),
    () => ({
      kubernetesVersion: random.pick(['1.20', '1.28', '1.29', '1.33', '1.34', '1.36', '2.0']),
    }),
    () => ({ addsLater: true, isolation: 'ephemeral' }),
    () => ({ addsLater: true, placeholders: true }),
    () => ({ isolation: random.pick(['sidecar', 'ephemeral'] as const) }),
    () => ({ allowHostNamespaces: ['hostNetwork', 'hostPID', 'shareProcessNamespace'] }),
    () => ({ leaveToPlatform: random.pick([['fargate'], ['tencent'], []]) }),
    () => ({ annotationPrefixes: random.pick([['x/', PREFIX], [PREFIX, 'x/'], ['x/']]) }),
    () => ({ profiles: [random.pick(profiles), ...builtInProfiles] }),
    () => ({ placeholders: true }),
    () => ({ own: { namespace: 'shop', release: 'mine' } }),
  ];
  let changed = settings;
  for (let times = 1 + random.below(4); times > 0; times -= 1) {
    changed = { ...changed, ...random.pick(options)() };
  }
  return changed;
}
