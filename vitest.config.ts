import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], timeout = 10_000) => ({
  test: { name, include, testTimeout: timeout, hookTimeout: timeout },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['src/**/*.test.ts']),
      project('golden', ['test/golden.test.ts'], 60_000),
      project('property', ['test/property/**/*.test.ts'], 120_000),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 120_000),
      project('integration', ['test/integration/**/*.test.ts'], 60_000),
      project('ratios', ['test/bench/core/**/*.test.ts'], 60_000),
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
