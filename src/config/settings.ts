import type { Profile } from '../core/profiles/profile.js';
import type { Settings } from '../core/settings.js';
import { ConfigError, show } from './error.js';
import { suggestion } from './names.js';
import type { Config } from './schema.js';

/** The Kubernetes that this was built for; it counts where nobody and no API server says which one it is. */
const NEWEST_VERSION = '1.36';

/**
 * Makes the engine's settings. Extra profiles come before the built-in ones, and replace those whose name they bear.
 *
 * @throws ConfigError if `leave-to-platform` names a profile that there is not.
 */
export function settingsOf(
  config: Config,
  extraProfiles: readonly Profile[],
  builtInProfiles: readonly Profile[],
): Settings {
  const names = new Set(extraProfiles.map(({ name }) => name));
  const profiles = [...extraProfiles, ...builtInProfiles.filter(({ name }) => !names.has(name))];
  checkPlatforms(config.leaveToPlatform, profiles);
  return {
    annotationPrefixes: config.annotationPrefixes,
    mixed: config.mixed,
    resources: config.resources,
    isolation: config.isolation,
    allowHostNamespaces: config.allowHostNamespaces,
    kubernetesVersion:
      config.kubernetesVersion === 'auto' ? NEWEST_VERSION : config.kubernetesVersion,
    profiles,
    leaveToPlatform: config.leaveToPlatform,
    placeholders:
      config.placeholders === 'gate' || (config.placeholders === 'auto' && hasLeader(config)),
    // Whoever says that placeholders are looked after says that there is a leader.
    addsLater: config.placeholders === 'gate' || hasLeader(config),
    ...ownOf(config),
  };
}

function ownOf({ ownNamespace, ownRelease }: Config): Pick<Settings, 'own'> {
  if (ownNamespace === undefined || ownRelease === undefined) return {};
  return { own: { namespace: ownNamespace, release: ownRelease } };
}

function checkPlatforms(platforms: readonly string[], profiles: readonly Profile[]): void {
  const names = profiles.map(({ name }) => name);
  const unknown = platforms.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const known = `the profiles are ${names.join(', ')}`;
  throw new ConfigError(
    unknown.map(
      (name) =>
        `expected \`leave-to-platform\` to name profiles, got ${show(name)}${suggestion(name, names)} (${known})`,
    ),
  );
}

/** A leader needs a namespace for its Lease; a placeholder that nobody looks after would stay Pending for ever. */
const hasLeader = ({ cluster, ownNamespace }: Config): boolean =>
  cluster !== 'off' && ownNamespace !== undefined;
