import type { Found, Report } from '../check/check.js';
import { areas, type Area } from '../check/codes.js';
import type { Level } from '../check/codes/kind.js';
import type { Item } from '../check/finding.js';
import { countsOf, kindOf, LEVELS } from '../check/report.js';
import { withDetail } from './judge.js';
import type { Colour, Paint } from './paint.js';
import { printable } from './printable.js';

/** A terminal that nobody has made wider, with some room. */
const WIDTH = 100;
/** Items of a finding that are told; JSON has all. */
const TOLD = 10;
/** Before the text of a finding: two blanks, the longest level, two blanks. */
const INDENT = 11;
/** Names longer than this do not push the details of all others to the right. */
const LONGEST_NAME = 56;

const COLOURS: Readonly<Record<Level, Colour>> = {
  ok: 'green',
  info: 'grey',
  warning: 'yellow',
  error: 'red',
  unknown: 'yellow',
};

/** The findings for people: a paragraph for each area, no wider than a hundred columns. */
export function checkTable(report: Report, paint: Paint): string {
  const names = Object.keys(areas) as Area[];
  const told = new Set<Found['code']>();
  const paragraphs = names.flatMap((area) => {
    const findings = report.findings.filter((one) => one.area === area);
    if (findings.length === 0) return [];
    const lines = findings.flatMap((one) => [...linesOf(one, paint), ...todoLines(one, told)]);
    return [[paint('bold', areas[area].title), ...lines].join('\n')];
  });
  return `${[headOf(report), ...paragraphs, sumOf(report, paint)].join('\n\n')}\n`;
}

const STAGES: Readonly<Record<Report['stage'], string>> = {
  installed: 'the injector is installed',
  not_installed: 'the injector is not installed yet',
  unknown: 'nobody knows whether the injector is installed',
};

function headOf({ kubernetesVersion, user, stage }: Report): string {
  const version =
    kubernetesVersion === '' ? 'of a version that it does not say' : kubernetesVersion;
  const who = user === '' ? '' : `, as ${user}`;
  return wrapped(printable(`Kubernetes ${version}${who}; ${STAGES[stage]}.`), WIDTH).join('\n');
}

function linesOf(found: Found, paint: Paint): readonly string[] {
  const { level, sentence } = kindOf(found);
  const text = printable(withDetail(sentence, found.detail));
  const [first = '', ...more] = wrapped(`${text} [${found.code}]`, WIDTH - INDENT);
  const code = `[${found.code}]`;
  const grey = (line: string): string => line.replace(code, paint('grey', code));
  // Padded before it is painted, or the invisible codes would count.
  const head = `  ${paint(COLOURS[level], level.padEnd(INDENT - 4))}  `;
  return [
    head + grey(first),
    ...more.map((line) => ' '.repeat(INDENT) + grey(line)),
    ...itemLines(found.items ?? []),
  ];
}

function itemLines(items: readonly Item[]): readonly string[] {
  const told = items.slice(0, TOLD);
  const width = Math.min(LONGEST_NAME, Math.max(0, ...told.map(({ name }) => name.length)));
  const lines = told.flatMap((item) => itemLine(item, width));
  const rest = items.length - told.length;
  return rest === 0 ? lines : [...lines, `${pad(2)}… and ${rest} more; -o json names them all`];
}

const pad = (more: number): string => ' '.repeat(INDENT + more);

/** Details stand in a column; a long one goes on below itself. */
function itemLine({ name, detail = '' }: Item, width: number): readonly string[] {
  const [title, text] = [printable(name).padEnd(width), printable(detail)];
  if (text === '') return [pad(2) + title.trimEnd()];
  const column = title.length + 4;
  const [first = '', ...more] = wrapped(text, Math.max(20, WIDTH - INDENT - column));
  return [`${pad(2)}${title}  ${first}`, ...more.map((line) => pad(column) + line)];
}

/** Nothing is to be done about what is in order; what is to be done is told once. */
function todoLines(found: Found, told: Set<Found['code']>): readonly string[] {
  const { code } = found;
  const { level, todo } = kindOf(found);
  if (level === 'ok' || todo.startsWith('Nothing') || told.has(code)) return [];
  told.add(code);
  return wrapped(`→ ${todo}`, WIDTH - INDENT).map((line, i) => pad(i === 0 ? 0 : 2) + line);
}

const WORDS: Readonly<Record<Level, readonly [one: string, many: string]>> = {
  error: ['error', 'errors'],
  warning: ['warning', 'warnings'],
  unknown: ['not known', 'not known'],
  info: ['to know', 'to know'],
  ok: ['in order', 'in order'],
};

function sumOf(report: Report, paint: Paint): string {
  const counts = countsOf(report);
  const parts = LEVELS.filter((level) => counts[level] > 0).map((level) =>
    paint(COLOURS[level], `${counts[level]} ${WORDS[level][counts[level] === 1 ? 0 : 1]}`),
  );
  return `${parts.join(', ')}.`;
}

/** Lines of no more than a width, unless a word is longer. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
