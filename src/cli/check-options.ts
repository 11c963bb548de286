import { basename } from 'node:path';
import { parse } from 'yaml';
import type { Judgement } from '../check/check.js';
import type { Installed } from '../survey/installed.js';
import { load } from '../config/load.js';
import { envName, kebab } from '../config/names.js';
import { optionEntries } from '../config/schema.js';
import { settingsOf } from '../config/settings.js';
import { builtInProfiles } from '../core/profiles/built-in.js';
import type { Io } from './io.js';

/** What the person who calls says of the injector's options. */
export interface Said {
  /** By their camelCase names. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly io: Pick<Io, 'env' | 'readFile'>;
}

/**
 * The options by which the injector decides: what the person says wins over what the installed injector was told, that
 * over the defaults. A configuration file that the person gives stands for all that the injector was told.
 *
 * @throws Error if what either says cannot be understood.
 */
export function judgementOf({ flags, io }: Said, installed: Installed | undefined): Judgement {
  const isTold = installed !== undefined && flags['config'] === undefined;
  const told = isTold ? toldIn(installed) : {};
  const all: Readonly<Record<string, unknown>> = { ...without(told, io.env), ...flags };
  const { config, profiles } = load({
    flags: all,
    env: io.env,
    readFile: (path) =>
      (path === told['profiles'] ? installed?.files[basename(path)] : undefined) ??
      io.readFile(path),
  });
  return {
    settings: settingsOf(config, profiles, builtInProfiles),
    versionGiven: config.kubernetesVersion !== 'auto',
    evicts: [config.existing, config.outdated, config.orphaned].some((one) => one === 'evict'),
    certificates: told['certificates'] === 'files' ? 'files' : 'self',
  };
}

/** Of all options, those that decide what is injected, and whose certificates they are. */
const NAMES: readonly string[] = [
  ...optionEntries.filter(([, { group }]) => group === 'injection').map(([name]) => name),
  'certificates',
];

/** What flags, variables and the configuration file say, in this order. Options of other versions are passed over. */
function toldIn({ flags, env, files }: Installed): Readonly<Record<string, unknown>> {
  const file = fileOf(files[basename(flags['config'] ?? '')]);
  const told = NAMES.map(
    (name) => [name, flags[kebab(name)] ?? env[envName(name)] ?? file[name]] as const,
  );
  return Object.fromEntries(told.filter(([, value]) => value !== undefined && value !== null));
}

function fileOf(text = ''): Readonly<Record<string, unknown>> {
  const value: unknown = parse(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Without what a variable of the person who calls says otherwise. */
const without = (
  told: Readonly<Record<string, unknown>>,
  env: Io['env'],
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(told).filter(([name]) => (env[envName(name)] ?? '') === ''));
