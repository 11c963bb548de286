import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseManifests } from '../../src/standalone/parse.js';
import { snapshotOf } from '../../src/standalone/snapshot.js';
import { loadCases } from '../support/golden/cases.js';
import { mutateBytes } from './byte-mutation.js';
import { Random } from './random.js';

const FILES = Math.ceil(Number(process.env['FUZZ_CASES'] ?? 1500) / 10);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

describe('for files of manifests with bytes that are broken', () => {
  const cases = loadCases();

  it('what can be read makes a World, and the rest is told with its place', () => {
    const outcomes = { broken: 0, sound: 0 };
    for (let i = 0; i < FILES; i += 1) {
      const random = new Random(SEED, i);
      const { world } = random.pick(cases);
      const list = { apiVersion: 'v1', kind: 'List', items: world };
      const text = random.chance(0.5)
        ? JSON.stringify(list)
        : world.map((object) => stringify(object)).join('---\n');
      const broken = mutateBytes(Buffer.from(text), random).toString();
      const { manifests, problems } = parseManifests('world.yaml', broken);
      expect(problems.every(({ file, line }) => file === 'world.yaml' && line >= 0)).toBe(true);
      const { counts } = snapshotOf(manifests);
      const held = Object.values(counts).reduce((sum, count) => sum + count, 0);
      expect(held).toBeLessThanOrEqual(manifests.length);
      outcomes[problems.length > 0 ? 'broken' : 'sound'] += 1;
    }
    expect(outcomes.broken).toBeGreaterThan(FILES / 20);
    expect(outcomes.sound).toBeGreaterThan(FILES / 20);
  });
});
