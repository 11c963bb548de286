import { readFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { endToEndTests, isEndToEnd, PAGES, provenIn } from './proof.js';

/** A golden case is named by its id; the title that follows in the test's name is left out. */
const namesOf = (name: string): readonly string[] => [name, name.split(': ')[0] ?? name];

/**
 * Fails a run of all tests when a test that the contract names did not run or did not pass, and sums the run up in one
 * line at the end. Of the end-to-end tests, which run elsewhere, it asks only that they are there.
 */
export default class ProofReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number =>
      tests.filter((test) => test.result().state === state).length;
    const passed = new Set(
      tests.filter((test) => test.result().state === 'passed').flatMap(({ name }) => namesOf(name)),
    );
    const elsewhere = new Set(endToEndTests());
    const missing = PAGES.flatMap((page) =>
      provenIn(readFileSync(page, 'utf8'))
        .filter((name) => !(isEndToEnd(name) ? elsewhere : passed).has(name))
        .map((name) => `${page} names "${name}", which did not pass or is not there`),
    );
    for (const line of missing) process.stderr.write(`${line}\n`);
    if (missing.length > 0) process.exitCode = 1;
    process.stdout.write(
      `\n${count('passed')} passed, ${count('failed') + missing.length} failed, ${count('skipped')} skipped\n`,
    );
  }
}
