import { parseDocument } from 'yaml';
import type { Profile } from '../core/profiles/profile.js';
import { ConfigError, show } from './error.js';
import { ENV_PREFIX, envName, isServiceLink, kebab, suggestion } from './names.js';
import { parseProfiles } from './profiles.js';
import { optionEntries, type Config, type Option } from './schema.js';

/** Where a configuration comes from; nothing is read from the process itself. */
export interface Sources {
  /** The flags that were given, by their camelCase names; `config` names the configuration file. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a text file, or throws. */
  readonly readFile: (path: string) => string;
}

export interface Loaded {
  readonly config: Config;
  /** The profiles of the file that `config.profiles` names. */
  readonly profiles: readonly Profile[];
}

/**
 * Puts the configuration together: flags win over the environment, that over the file, that over the defaults.
 *
 * An environment variable that is empty counts as not set, as deployments pass on what may be unset.
 *
 * @returns the configuration, deeply frozen.
 * @throws ConfigError with every problem of all sources at once.
 */
export function load(sources: Sources): Loaded {
  const problems: string[] = [];
  const file = readConfigFile(sources, problems);
  checkNames(sources.env, file, problems);
  const entries = optionEntries.map(([name, option]) => {
    const given = valueOf(name, sources, file);
    return [name, given === undefined ? option.default : parse(name, option, given, problems)];
  });
  // Every value has passed its option's own schema, which is what Config is made of.
  const config = Object.fromEntries(entries) as Config;
  checkPairs(config, problems);
  checkCertificates(config, problems);
  checkPorts(config, problems);
  checkOrder(config, problems);
  const profiles = readProfiles(config, sources, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze({ config, profiles });
}

interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const NO_FILE: ConfigFile = { path: '', values: {} };
const CONFIG_ENV = envName('config');

function readConfigFile({ flags, env, readFile }: Sources, problems: string[]): ConfigFile {
  const path = flags['config'] ?? env[CONFIG_ENV];
  if (typeof path !== 'string' || path === '') return NO_FILE;
  try {
    return { path, values: parseFile(readFile(path)) };
  } catch (error) {
    problems.push(`cannot read the configuration ${path}: ${messageOf(error)}`);
    return NO_FILE;
  }
}

/** YAML 1.2, in which `yes` and `on` are strings and only `true` and `false` are booleans. */
function parseFile(source: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(source);
  const [error] = document.errors;
  if (error) throw error;
  const value: unknown = document.toJS() ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('expected a map of options');
  }
  return value as Record<string, unknown>;
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1).join();

/** A misspelt name would otherwise be a setting that silently does nothing. */
function checkNames(env: Sources['env'], file: ConfigFile, problems: string[]): void {
  const names: readonly string[] = optionEntries.map(([name]) => name);
  for (const key of Object.keys(file.values)) {
    if (names.includes(key)) continue;
    problems.push(`unknown option \`${key}\` (in ${file.path})${suggestion(key, names)}`);
  }
  const variables = [...names.map(envName), CONFIG_ENV];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(ENV_PREFIX) || variables.includes(name)) continue;
    if (isServiceLink(name, value ?? '')) continue;
    problems.push(`unknown environment variable \`${name}\`${suggestion(name, variables)}`);
  }
}

interface Given {
  readonly value: unknown;
  /** `from --mixed` */
  readonly from: string;
}

function valueOf(name: string, { flags, env }: Sources, file: ConfigFile): Given | undefined {
  const flag = flags[name];
  if (flag !== undefined) return { value: flag, from: `from --${kebab(name)}` };
  const variable = env[envName(name)] ?? '';
  if (variable !== '' && !isServiceLink(envName(name), variable)) {
    return { value: variable, from: `from ${envName(name)}` };
  }
  const value = Object.hasOwn(file.values, name) ? file.values[name] : undefined;
  // `mixed:` without a value is null in YAML, and means that nobody chose one.
  return value === undefined || value === null ? undefined : { value, from: `in ${file.path}` };
}

function parse(name: string, option: Option<unknown>, given: Given, problems: string[]): unknown {
  const parsed = option.schema.safeParse(given.value);
  if (parsed.success) return parsed.data;
  const got = `got ${show(given.value)} (${given.from})`;
  problems.push(`expected \`${kebab(name)}\` to be ${option.expected}, ${got}`);
  return option.default;
}

const PAIRS = [
  ['ownNamespace', 'ownRelease'],
  ['tlsCert', 'tlsKey'],
] as const;

function checkPairs(config: Config, problems: string[]): void {
  for (const [one, other] of PAIRS) {
    if ((config[one] === undefined) === (config[other] === undefined)) continue;
    problems.push(
      `expected \`${kebab(one)}\` and \`${kebab(other)}\` to be given together or not at all`,
    );
  }
}

function checkCertificates({ cluster, certificates, tlsCert }: Config, problems: string[]): void {
  const isSelf = certificates === 'self';
  if (cluster === 'off' || isSelf === (tlsCert === undefined)) return;
  const given = isSelf ? 'not to be given' : 'to be given';
  problems.push(
    `expected \`tls-cert\` and \`tls-key\` ${given}, because \`certificates\` is ${certificates}`,
  );
}

function checkPorts({ port, opsPort }: Config, problems: string[]): void {
  if (port !== opsPort || port === 0) return;
  problems.push(`expected \`port\` and \`ops-port\` to differ, got ${port} for both`);
}

/** Names of options of which each has to be less than the one before. */
const FALLING = [
  ['leaseSeconds', 'renewSeconds'],
  ['renewSeconds', 'retrySeconds'],
  ['caLifetime', 'leafLifetime'],
] as const;

function checkOrder(config: Config, problems: string[]): void {
  for (const [more, less] of FALLING) {
    if (config[less] < config[more]) continue;
    problems.push(`expected \`${kebab(less)}\` to be less than \`${kebab(more)}\``);
  }
}

function readProfiles(
  config: Config,
  { readFile }: Sources,
  problems: string[],
): readonly Profile[] {
  const path = config.profiles;
  if (path === undefined) return [];
  try {
    const parsed = parseProfiles(path, readFile(path));
    problems.push(...parsed.problems);
    return parsed.profiles;
  } catch (error) {
    problems.push(`cannot read the profiles ${path}: ${messageOf(error)}`);
    return [];
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
