import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseProfiles } from '../../src/config/profiles.js';

const read = (file: string): string =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

it('the example of a profile is one, and its page names every field with its default', () => {
  const { profiles, problems } = parseProfiles('profiles.yaml', read('examples/profiles.yaml'));
  expect(problems).toEqual([]);
  const page = read('docs/profiles.md');
  const [profile] = profiles;
  for (const field of Object.keys(profile ?? {})) expect(page).toContain(`\`${field}\``);
  for (const field of ['promisedNode', 'maxContainers']) expect(page).toContain(`\`${field}\``);
  const { profiles: bare } = parseProfiles('p.yaml', '[{name: a, nodes: [{label: x}]}]');
  for (const [field, value] of Object.entries(bare[0] ?? {})) {
    if (typeof value !== 'string' && typeof value !== 'boolean') continue;
    if (field === 'name') continue;
    const row = page.split('\n').find((line) => line.startsWith(`| \`${field}\``));
    expect(row?.split('|')[2]?.trim(), field).toBe(`\`${String(value)}\``);
  }
});
