import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pages whose tables name, in backticks in their last column, the tests that show what a line says. */
export const PAGES = ['docs/contract.md', 'docs/bug-classes.md'];

/** The names of tests in a page's last column. */
export const provenIn = (page: string): readonly string[] =>
  page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').at(-2) ?? '')
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));

/** So begins, on a page, the name of a test that `npm run e2e` runs and `npm test` does not. */
const MARK = 'e2e: ';
const FOLDER = 'test/e2e';

export const isEndToEnd = (name: string): boolean => name.startsWith(MARK);

/** The titles of the end-to-end tests, with the mark, as their sources write them. */
export const endToEndTests = (): readonly string[] =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => titlesIn(readFileSync(join(FOLDER, name), 'utf8')));

const titlesIn = (source: string): readonly string[] =>
  [...source.matchAll(/\bit\(\s*(['"])((?:\\.|(?!\1).)*)\1/g)].map(
    ([, , title = '']) => `${MARK}${title.replace(/\\(.)/g, '$1')}`,
  );

/** The end-to-end tests that a page names and that are not among those that passed, without the mark. */
export const unshown = (passed: ReadonlySet<string>): readonly string[] =>
  PAGES.flatMap((page) => provenIn(readFileSync(page, 'utf8')))
    .filter(isEndToEnd)
    .map((name) => name.slice(MARK.length))
    .filter((name) => !passed.has(name));
