import type { Row } from './reporter.js';

/** Enough to see what went wrong; the whole of it stands above. */
const MOST = 110;

const firstLine = (text: string): string => {
  const [line = ''] = text.split('\n');
  return line.length > MOST ? `${line.slice(0, MOST - 1)}…` : line;
};

/** One line for each row, under a head for each theme. */
export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ demand }) => demand.length));
  const lines = rows.map(({ demand, result, seconds, note }) =>
    `  ${result.padEnd(7)} ${`${seconds.toFixed(1)} s`.padStart(7)}  ${demand.padEnd(width)}  ${firstLine(note)}`.trimEnd(),
  );
  return rows
    .flatMap(({ theme }, index) => [
      ...(rows[index - 1]?.theme === theme ? [] : [theme]),
      lines[index] ?? '',
    ])
    .join('\n');
}

/** The last line, for programs. */
export function sumOf(rows: readonly Row[], seconds: number, kubernetes: string): string {
  const count = (wanted: Row['result']): number =>
    rows.filter(({ result }) => result === wanted).length;
  return `E2E ${JSON.stringify({
    kubernetes,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    seconds: Math.round(seconds),
  })}`;
}
