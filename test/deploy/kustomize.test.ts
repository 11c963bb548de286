import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { NAMESPACE, withoutHelm } from './chart.js';

const KUSTOMIZE = 'deploy/kustomize';

/** The texts of a folder's files, by their names. */
const texts = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );

describe.skipIf(withoutHelm)('deploy/kustomize', () => {
  it('is what the chart renders (npm run deploy writes it)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ds-injector-kustomize-'));
    try {
      const { status } = spawnSync(process.execPath, ['scripts/deploy.mjs', folder]);
      expect(status).toBe(0);
      expect(texts(KUSTOMIZE)).toEqual(texts(folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

it('the kustomization names all its files, and the namespace first', () => {
  const { ['kustomization.yaml']: kustomization = '', ...files } = texts(KUSTOMIZE);
  const { resources } = parse(kustomization) as { resources: readonly string[] };
  expect(resources[0]).toBe('namespace.yaml');
  expect([...resources].sort()).toEqual(Object.keys(files));
  expect(files['namespace.yaml']).toContain(`name: ${NAMESPACE}\n`);
  expect(Object.values(files).join('')).not.toMatch(/managed-by|helm\.sh/);
});
