import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that hold one time against another: one after the other, when nobody else is there. */
const measuring = [
  'test/bench/core/**/*.test.ts',
  'test/integration/{bench,metrics,hostile-flood,hostile-load,hostile-slow}.test.ts',
];

/** Tests that compute: as many files at once as there are cores, in processes that they share. */
const computing = (name: string, include: string[], timeout = 10_000) => ({
  name,
  include,
  exclude: measuring,
  testTimeout: timeout,
  hookTimeout: timeout,
  sequence: { groupOrder: 1 },
  maxWorkers: Math.max(2, availableParallelism()),
  // Nothing in src keeps a state of its own, so what one file has loaded serves the next.
  isolate: false,
});

/** Tests that wait for processes and timers most of the time. */
const waiting = (name: string, include: string[]) => ({
  ...computing(name, include, 60_000),
  sequence: { groupOrder: 2 },
  maxWorkers: Math.max(2, availableParallelism()) + 1,
  isolate: true,
});

export default defineConfig({
  test: {
    projects: [
      { test: computing('unit', ['src/**/*.test.ts']) },
      { test: computing('golden', ['test/golden.test.ts'], 60_000) },
      { test: computing('property', ['test/property/**/*.test.ts'], 120_000) },
      { test: computing('fuzz', ['test/fuzz/**/*.test.ts'], 120_000) },
      { test: computing('docs', ['test/docs/**/*.test.ts'], 60_000) },
      {
        test: {
          ...computing('deploy', ['test/deploy/**/*.test.ts'], 60_000),
          globalSetup: 'test/deploy/helm.setup.ts',
        },
      },
      { test: waiting('integration', ['test/integration/**/*.test.ts']) },
      {
        test: {
          ...waiting('ratios', measuring),
          exclude: [],
          sequence: { groupOrder: 3 },
          maxWorkers: 1,
        },
      },
    ],
  },
});
