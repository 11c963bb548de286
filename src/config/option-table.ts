import { envName, kebab } from './names.js';
import { optionEntries, shownDefault, type Option } from './schema.js';

/** The options as a Markdown table for the README; a test of the owner compares both. Ends with a newline. */
export function optionTable(): string {
  const rows = optionEntries.map(([name, option]) => row(name, option));
  return [HEAD, RULE, ...rows, ''].join('\n');
}

const HEAD = '| flag | environment | file | default | meaning |';
const RULE = '| --- | --- | --- | --- | --- |';

function row(name: string, option: Option<unknown>): string {
  const flag = code(`--${kebab(name)} ${option.value}`);
  const cells = [flag, code(envName(name)), code(name), code(shownDefault(option)), option.doc];
  return `| ${cells.join(' | ')} |`;
}

/** A bar would end the cell, also in code. */
const code = (text: string): string => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``);
