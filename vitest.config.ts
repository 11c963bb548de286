import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that hold one time against another: one after the other, when nobody else is there. */
const measuring = [
  'test/bench/core/**/*.test.ts',
  'test/integration/{bench,metrics,hostile-flood,hostile-load,hostile-slow}.test.ts',
];

const project = (name: string, include: string[], timeout = 10_000) => ({
  test: {
    name,
    include,
    exclude: measuring,
    testTimeout: timeout,
    hookTimeout: timeout,
    sequence: { groupOrder: 1 },
    // Most of them wait for processes and timers most of the time.
    maxWorkers: Math.max(2, availableParallelism()),
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['src/**/*.test.ts']),
      project('golden', ['test/golden.test.ts'], 60_000),
      project('property', ['test/property/**/*.test.ts'], 120_000),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 120_000),
      project('integration', ['test/integration/**/*.test.ts'], 60_000),
      {
        test: {
          ...project('ratios', measuring, 60_000).test,
          exclude: [],
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
        },
      },
      project('docs', ['test/docs/**/*.test.ts'], 60_000),
      {
        test: {
          ...project('deploy', ['test/deploy/**/*.test.ts'], 60_000).test,
          globalSetup: 'test/deploy/helm.setup.ts',
        },
      },
    ],
  },
});
