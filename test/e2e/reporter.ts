import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import './support/note.js';

/** A row of the table: what was demanded, and what was seen. */
export interface Row {
  readonly theme: string;
  readonly demand: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  /** Figures, or why it failed. */
  readonly note: string;
}

/** Where the rows are written. */
const OUT = process.env['E2E_ROWS'] ?? 'e2e.json';

/** Writes one row for each test into a file, for whoever prints the table; after each file, lest a run be cut short. */
export default class RowReporter implements Reporter {
  readonly #rows: Row[] = [];

  onTestModuleEnd(module: TestModule): void {
    for (const test of module.children.allTests()) this.#rows.push(rowOf(test));
    this.#rows.push(...brokenSetup(module));
    writeFileSync(OUT, JSON.stringify(this.#rows));
  }
}

function rowOf(test: TestCase): Row {
  const { state, errors } = test.result();
  return {
    theme: themeOf(test.module.moduleId),
    demand: test.name,
    result: state === 'pending' ? 'skipped' : state,
    seconds: (test.diagnostic()?.duration ?? 0) / 1000,
    note: errors?.[0]?.message ?? test.meta().note ?? '',
  };
}

/** A file or a suite that failed before its tests could run would otherwise be missing from the table. */
const brokenSetup = (module: TestModule): readonly Row[] =>
  [module, ...module.children.allSuites()].flatMap((each) =>
    each.errors().map(({ message }) => ({
      theme: themeOf(module.moduleId),
      demand: each.type === 'suite' ? `(before: ${each.name})` : '(before the tests)',
      result: 'failed' as const,
      seconds: 0,
      note: message,
    })),
  );

const themeOf = (file: string): string => file.replace(/^.*\//, '').replace('.test.ts', '');
