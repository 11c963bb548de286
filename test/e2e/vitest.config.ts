import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A busy machine starts few containers a second. */
const TIMEOUT = 240_000;

const project = (
  name: string,
  include: string,
  sequence: { groupOrder: number },
  files: number,
) => ({
  test: {
    name,
    include: [include],
    testTimeout: TIMEOUT,
    hookTimeout: TIMEOUT,
    // What fails here fails for a reason; a second try would hide it.
    retry: 0,
    sequence,
    maxWorkers: files,
    pool: 'threads' as const,
  },
});

/** The tests of `npm run e2e`, which brings up the cluster that they need; no part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    projects: [
      project('e2e', 'test/e2e/*.test.ts', { groupOrder: 1 }, 5),
      // These take the injector away, or count what it does: one after the other, when nobody else is there.
      project('alone', 'test/e2e/alone/*.test.ts', { groupOrder: 2 }, 1),
      // Takes it away for good.
      project('last', 'test/e2e/last/*.test.ts', { groupOrder: 3 }, 1),
    ],
  },
});
