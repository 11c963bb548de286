import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { areas, findingCodes, unknownCodes } from './codes.js';

const folders = [import.meta.dirname, join(import.meta.dirname, '..', 'cli')];
/** All that the tests of findings say. */
const tests = folders
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

it('no code stands in two areas', () => {
  const all = [...Object.values(areas).map(({ codes }) => codes), unknownCodes];
  expect(all.flatMap((codes) => Object.keys(codes)).sort()).toEqual(
    Object.keys(findingCodes).sort(),
  );
});

describe.each(Object.entries(findingCodes))('%s', (code, { sentence, todo, level }) => {
  it('is in sentences', () => {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(todo).toMatch(/\.$/);
  });

  it('says what to do, unless all is well', () => {
    if (level !== 'ok') expect(todo).not.toMatch(/as it should be/);
  });

  it('is shown by a test', () => {
    expect(tests).toContain(`'${code}'`);
  });
});
