import { daemonSetReasons, podReasons, warnings, type Reason } from '../core/decide/reasons.js';
import { suggestion } from '../config/names.js';
import { UsageError } from './fail.js';
import { EXIT, type Exit, type Io } from './io.js';

const TABLES: readonly (readonly [string, Readonly<Record<string, Reason>>])[] = [
  ['Of pods', podReasons],
  ['Of DaemonSets', daemonSetReasons],
  ['Warnings', warnings],
];

/**
 * Prints what the codes mean: all of them, or one.
 *
 * @throws UsageError if there is no such code.
 */
export function reasonsCommand(code: string | undefined, io: Io): Exit {
  const found = TABLES.map(([title, table]) => [title, entriesOf(table, code)] as const).filter(
    ([, entries]) => entries.length > 0,
  );
  if (found.length === 0) throw new UsageError(unknownCode(code ?? ''));
  const text = found.map(([title, entries]) => `${title}\n\n${entries.map(entry).join('\n')}`);
  io.stdout.write(text.join('\n'));
  return EXIT.done;
}

type Entry = readonly [code: string, reason: Reason];

const entriesOf = (
  table: Readonly<Record<string, Reason>>,
  code: string | undefined,
): readonly Entry[] => Object.entries(table).filter(([key]) => code === undefined || key === code);

const entry = ([code, { sentence, todo }]: Entry): string =>
  `${code}\n  ${sentence}\n  → ${todo}\n`;

function unknownCode(code: string): string {
  const codes = TABLES.flatMap(([, table]) => Object.keys(table));
  return `there is no reason \`${code}\`${suggestion(code, codes)}; \`ds-injector reasons\` lists all`;
}
