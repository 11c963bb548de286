import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { endToEndTests, isEndToEnd, PAGES, provenIn } from './proof.js';

/** A golden case is named by its id; the title that follows in the test's name is left out. */
const namesOf = (name: string): readonly string[] => [name, name.split(': ')[0] ?? name];

/**
 * Fails a run of all tests when a test that the contract names did not run or did not pass, and sums the run up in one
 * line at the end. Of the end-to-end tests, which run elsewhere, it asks only that they are there.
 *
 * Where tests run in parts, `TESTS_PASSED` is a file that collects the names of those that passed, and the contract is
 * asked for in the last part alone, which has no `TESTS_MORE`.
 */
export default class ProofReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number =>
      tests.filter((test) => test.result().state === state).length;
    const passed = withThoseBefore(
      tests.filter((test) => test.result().state === 'passed').flatMap(({ name }) => namesOf(name)),
    );
    const missing = process.env['TESTS_MORE'] === undefined ? missingIn(passed) : [];
    for (const line of missing) process.stderr.write(`${line}\n`);
    if (missing.length > 0) process.exitCode = 1;
    process.stdout.write(
      `\n${count('passed')} passed, ${count('failed') + missing.length} failed, ${count('skipped')} skipped\n`,
    );
  }
}

function withThoseBefore(names: readonly string[]): ReadonlySet<string> {
  const file = process.env['TESTS_PASSED'];
  if (file === undefined) return new Set(names);
  const before = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  appendFileSync(file, names.map((name) => `${name}\n`).join(''));
  return new Set([...before, ...names]);
}

function missingIn(passed: ReadonlySet<string>): readonly string[] {
  const elsewhere = new Set(endToEndTests());
  return PAGES.flatMap((page) =>
    provenIn(readFileSync(page, 'utf8'))
      .filter((name) => !(isEndToEnd(name) ? elsewhere : passed).has(name))
      .map((name) => `${page} names "${name}", which did not pass or is not there`),
  );
}
