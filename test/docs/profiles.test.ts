import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseProfiles } from '../../src/config/profiles.js';

const read = (file: string): string =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The rows of the page's table: field to default. */
const rows = new Map(
  read('docs/profiles.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .flatMap(([, field, byDefault]) => (field?.startsWith('`') ? [[field, byDefault]] : [])),
);

it('the example of a profile is one', () => {
  expect(parseProfiles('profiles.yaml', read('examples/profiles.yaml')).problems).toEqual([]);
});

it('the page on profiles names every field with its default', () => {
  const { profiles } = parseProfiles('p.yaml', '[{name: a, nodes: [{label: x}]}]');
  const { name: _, ...fields } = profiles[0] ?? {};
  for (const [field, value] of Object.entries(fields)) {
    const shown = typeof value === 'object' ? 'none' : `\`${String(value)}\``;
    expect(rows.get(`\`${field}\``), field).toBe(shown);
  }
});
