import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubernetesObject } from '@kubernetes/client-node';
import { NAMESPACE, objectsIn, render, withoutHelm } from './chart.js';

const KUSTOMIZE = 'deploy/kustomize';

/** The texts of a folder's files, by their paths. */
const texts = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );

const base = (): readonly KubernetesObject[] =>
  Object.entries(texts(join(KUSTOMIZE, 'base')))
    .filter(([file]) => file !== 'kustomization.yaml' && file !== 'namespace.yaml')
    .flatMap(([, text]) => objectsIn(text));

/** Without what speaks of Helm. */
const plain = (object: KubernetesObject): unknown =>
  JSON.parse(
    JSON.stringify(object, (key, value: unknown) =>
      /^helm\.sh\/|managed-by$/.test(key) ? undefined : value,
    ),
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

  it('the folder base is what the chart renders for Kubernetes 1.28, which knows all kinds in it', () => {
    const { all } = render({ kubernetes: '1.28.0' });
    const byName = (objects: readonly unknown[]) =>
      objects.map((object) => JSON.stringify(object)).sort();
    expect(byName(base().map(plain))).toEqual(byName(all.map(plain)));
  });
});

describe('a kustomization', () => {
  const resourcesOf = (folder: string): readonly string[] =>
    (
      parse(readFileSync(join(KUSTOMIZE, folder, 'kustomization.yaml'), 'utf8')) as {
        resources: readonly string[];
      }
    ).resources;

  it('of all takes the base and the policies', () => {
    expect(resourcesOf('.')).toEqual(['base', 'policies']);
  });

  it.each(['base', 'policies'])('of the folder %s names all its files', (folder) => {
    const files = readdirSync(join(KUSTOMIZE, folder)).filter(
      (one) => one !== 'kustomization.yaml',
    );
    expect([...resourcesOf(folder)].sort()).toEqual(files.sort());
  });

  it('has the namespace first, and speaks of no other tool', () => {
    const files = texts(KUSTOMIZE);
    expect(resourcesOf('base')[0]).toBe('namespace.yaml');
    expect(files['base/namespace.yaml']).toContain(`name: ${NAMESPACE}\n`);
    expect(Object.values(files).join('')).not.toMatch(/managed-by|helm\.sh/);
  });
});
