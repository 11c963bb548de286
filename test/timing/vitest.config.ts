import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Tests whose certificates live for seconds: right on a quiet machine, wrong by turns on a busy one, and so no part of
 * `npm test` until they go by conditions alone.
 */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/timing/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
