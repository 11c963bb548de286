import { availableParallelism } from 'node:os';
import { medianOf, rounded } from './figures.js';
import { hasUsage } from './load/usage.js';
import type { Measured } from './load/messages.js';
import type { Series } from './rounds.js';

/** How a reader is told things. */
export interface Say {
  readonly result: (text: string) => void;
  /** What goes on meanwhile. */
  readonly progress: (text: string) => void;
}

/** The medians of a series. What could not be measured is null. */
export interface Summary {
  readonly server: string;
  readonly size: number;
  readonly connections: number;
  readonly rps: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly cpuMs: number | null;
  readonly rssMb: number | null;
  readonly errors: number;
  readonly generatorCpu: number | null;
}

/** Decimals that are worth telling. */
const DIGITS = { rps: 0, p50: 2, p99: 2, cpuMs: 3, rssMb: 0, generatorCpu: 2 } as const;

export function summaryOf({ server, size, connections, rounds }: Series): Summary {
  const middle = (name: keyof typeof DIGITS): number | null =>
    rounded(medianOf(rounds.map((measured: Measured) => measured[name])), DIGITS[name]);
  return {
    server,
    size,
    connections,
    rps: middle('rps'),
    p50: middle('p50'),
    p99: middle('p99'),
    cpuMs: middle('cpuMs'),
    rssMb: middle('rssMb'),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    generatorCpu: middle('generatorCpu'),
  };
}

/** A row for each server and load. */
export const loadTable = (summaries: readonly Summary[]): string =>
  table([
    [
      'KB',
      'connections',
      'server',
      'rps',
      'p50 ms',
      'p99 ms',
      'CPU ms/req',
      'RSS MB',
      'errors',
      'load',
    ],
    ...summaries.map((one) => [
      ...[one.size, one.connections, one.server, one.rps, one.p50, one.p99],
      ...[one.cpuMs, one.rssMb, one.errors, percent(one.generatorCpu)],
    ]),
  ]);

const percent = (share: number | null): string | null =>
  share === null ? null : `${Math.round(share * 100)} %`;

/** Columns to the right; a dash where there is no figure. */
export function table(rows: readonly (readonly (string | number | null)[])[]): string {
  const texts = rows.map((row) => row.map((value) => String(value ?? '-')));
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  return texts
    .map((row) => row.map((text, column) => text.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}

/** What a reader has to know about the figures of a table. */
export const notes = (summaries: readonly Summary[]): readonly string[] => [
  'load: CPU of the load generator, of one core; where it is near 100 %, rps is the limit of the generator.',
  ...(hasUsage() ? [] : ['There is no /proc here: CPU and memory of the servers are not known.']),
  ...(summaries.some(({ generatorCpu }) => (generatorCpu ?? 0) > 0.9)
    ? ['The load generator was the bottleneck at least once; CPU per request holds, rps does not.']
    : []),
];

/** Where the figures come from. */
export const machine = (): { readonly node: string; readonly cpus: number } => ({
  node: process.version,
  cpus: availableParallelism(),
});

/** @throws where there was an error: such figures are worth nothing. */
export function failOnErrors(series: readonly Series[]): void {
  for (const { server, rounds } of series) {
    const error = rounds.find((measured) => measured.errors > 0)?.error;
    if (error !== undefined) throw new Error(`${server} did not answer as it should: ${error}`);
  }
}
