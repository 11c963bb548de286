import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { namesOf } from '../../src/survey/names.js';
import { load } from '../../src/config/load.js';
import { CHART, helm, Objects, objectsIn, render, template, withoutHelm } from './chart.js';

const ALL = [
  'networkPolicy.enabled=true',
  'metrics.serviceMonitor.enabled=true',
  'resourceQuota.enabled=true',
];
const MODES = [
  'certificates.mode=self',
  'certificates.mode=cert-manager',
  'certificates.mode=files,certificates.files.secretName=on,certificates.files.caBundle=x',
];

/** What stands under keys that hold names, wherever they are. */
const named = (value: unknown): readonly unknown[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        NAMES.has(key) ? [inner] : key === 'labels' ? Object.values(inner as object) : named(inner),
      );
const NAMES = new Set([
  'name',
  'namespace',
  'secretName',
  'serviceAccountName',
  'policyName',
  'resourceNames',
  'dnsNames',
]);

/** As the program reads its own options. */
const optionsOf = (objects: Objects) =>
  load({
    flags: { config: 'config.yaml' },
    env: { DS_INJECTOR_OWN_NAMESPACE: 'n' },
    readFile: (name) => objects.get('ConfigMap').data?.[name] ?? '',
  }).config;

describe.skipIf(withoutHelm)('names', () => {
  it.each([
    ['123', '123'],
    ['y', '1e5'],
    ['0x1f', 'on'],
    ['null', 'null'],
    ['a.b', 'y'],
    ['1.5', '1-5'],
    [`${'a'.repeat(36)}--x`, 'x'],
    ['my-ds-injector.2', 'x'],
  ])(
    'release %s in namespace %s: are texts, and such as Kubernetes takes',
    (release, namespace) => {
      for (const mode of MODES) {
        const objects = render({ release, namespace, set: [...ALL, mode] });
        const names = objects.all.flatMap(named).flat();
        expect(names.filter((name) => typeof name !== 'string')).toEqual([]);
        expect(objects.get('Service').metadata?.name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
      }
    },
  );

  it.each(['ds-injector', 'x', '123', 'a.b', '1.5', 'my-ds-injector-2', `${'a'.repeat(36)}--x`])(
    'release %s: are those that check looks for, and the program takes them',
    (release) => {
      const objects = render({ release });
      const config = optionsOf(objects);
      const names = namesOf({ namespace: 'n', release: config.ownRelease ?? '' });
      const name = objects.get('Deployment').metadata?.name;
      expect([name, objects.get('Secret').metadata?.name]).toEqual([
        names.fullName,
        names.caSecret,
      ]);
      expect([config.serviceName, config.leaseName]).toEqual([name, name]);
      const labels = objects.get('Deployment').spec?.template.metadata?.labels;
      expect(labels?.['app.kubernetes.io/instance']).toBe(config.ownRelease);
    },
  );

  it.each(['yes', 'off', 'true'])('fullnameOverride %s is a text', (name) => {
    const { ok, stdout, stderr } = helm(
      ...['template', 'x', CHART, '--set-string', `fullnameOverride=${name}`],
    );
    expect([ok, stderr]).toEqual([true, '']);
    expect(new Objects(objectsIn(stdout)).get('Service').metadata?.name).toBe(name);
  });
});

describe.skipIf(withoutHelm)('as a part of another chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ds-injector-parent-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const parent = (...set: readonly string[]) => {
    mkdirSync(join(folder, 'charts'), { recursive: true });
    cpSync(CHART, join(folder, 'charts/ds-injector'), { recursive: true });
    const dependency = '{name: ds-injector, version: 0.1.0, condition: ds-injector.enabled}';
    const lines = [
      'apiVersion: v2',
      'name: parent',
      'version: 1.0.0',
      `dependencies: [${dependency}]`,
    ];
    writeFileSync(join(folder, 'Chart.yaml'), lines.join('\n'));
    const { ok, stdout, stderr } = template({ chart: folder, set: ['global.x=y', ...set] });
    return { ok, stderr, count: objectsIn(stdout).length };
  };

  it('it is there with ds-injector.enabled', () => {
    expect(parent('ds-injector.enabled=true')).toEqual({
      ok: true,
      stderr: '',
      count: render().all.length,
    });
  });

  it('and is not without', () => {
    expect(parent('ds-injector.enabled=false')).toEqual({ ok: true, stderr: '', count: 0 });
  });
});
