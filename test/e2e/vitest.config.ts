import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A busy machine starts few containers a second. */
const TIMEOUT = 240_000;

const project = (
  name: string,
  include: string,
  sequence: { groupOrder: number },
  atOnce: number,
) => ({
  test: {
    name,
    include: [include],
    testTimeout: TIMEOUT,
    hookTimeout: TIMEOUT,
    // What fails here fails for a reason; a second try would hide it.
    retry: 0,
    sequence,
    maxWorkers: atOnce,
    pool: 'threads' as const,
  },
});

const files = (names: string): string => `test/e2e/${names}.test.ts`;

const newest = [
  project('e2e', files('*'), { groupOrder: 1 }, 5),
  // These take the injector away, or count what it does: one after the other, when nobody else is there.
  project('alone', files('alone/*'), { groupOrder: 2 }, 1),
  // Takes it away for good.
  project('last', files('last/*'), { groupOrder: 3 }, 1),
];

/** What does not depend on the version, and what does; Jobs are another matter before native sidecars. */
const oldest = [
  project('e2e', files('{names,network,opt-outs,identity,termination}'), { groupOrder: 1 }, 5),
  project('oldest', files('oldest/*'), { groupOrder: 1 }, 5),
];

/** The tests of `npm run e2e`, which brings up the cluster that they need; no part of `npm test`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: { projects: process.env['E2E_KUBERNETES'] === '1.28' ? oldest : newest },
});
