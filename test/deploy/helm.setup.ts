import { spawnSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of helm; empty where it is not to be had. */
    helm: string;
  }
}

/** What scripts/helm.mjs ends with where helm is not to be had. */
const ABSENT = 3;

/** Finds helm for the tests of the chart, or builds it; says so where they have to be skipped. */
export default function setup({ provide }: TestProject): void {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/helm.mjs'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0 && status !== ABSENT) throw new Error('finding helm: scripts/helm.mjs failed');
  if (status === ABSENT) process.stdout.write('SKIP test/deploy: there is no helm here\n');
  provide('helm', stdout.trim());
}
