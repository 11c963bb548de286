import { Option as Flag, type Command } from 'commander';
import { envName, kebab } from '../config/names.js';
import {
  optionEntries,
  shownDefault,
  type Group,
  type Option,
  type OptionName,
} from '../config/schema.js';

const HEADINGS: Readonly<Record<Group, string>> = {
  injection: 'What is injected:',
  server: 'The server:',
  cluster: 'The cluster:',
  logging: 'Logging:',
};

/**
 * Gives a command its flags: some groups of the option table, and single options besides; others are left out.
 *
 * Values stay the strings that were given, a list of them where the option is a list; `src/config/` checks them.
 */
export function addFlags(
  command: Command,
  groups: readonly Group[],
  single: readonly OptionName[] = [],
  without: readonly OptionName[] = [],
): void {
  command.addOption(
    new Flag(
      '--config <file>',
      `Options in YAML, by their camelCase names. (env: ${envName('config')})`,
    ),
  );
  for (const [name, option] of optionEntries) {
    const flag = flagOf(name, option);
    if (without.includes(name)) continue;
    if (single.includes(name)) command.addOption(flag);
    else if (groups.includes(option.group))
      command.addOption(flag.helpGroup(HEADINGS[option.group]));
  }
}

function flagOf(name: string, option: Option<unknown>): Flag {
  const flag = new Flag(`--${kebab(name)} ${option.value}`, descriptionOf(name, option));
  if (Array.isArray(option.default)) flag.argParser(collect);
  return flag;
}

/** Several flags of one name add up. */
export const collect = (
  value: string,
  before: readonly string[] | undefined,
): readonly string[] => [...(before ?? []), value];

function descriptionOf(name: string, option: Option<unknown>): string {
  const preset = shownDefault(option);
  const facts = [...(preset === '' ? [] : [`default: ${preset}`]), `env: ${envName(name)}`];
  return `${option.doc} (${facts.join(', ')})`;
}
