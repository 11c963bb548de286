/**
 * What a review costs, measured on this machine:
 *
 *   npm run bench             next to the least that Node can do, and a typical webhook in Go
 *   npm run bench -- scale    with Worlds of different sizes
 *   npm run bench -- --help   more of it
 */
import { chain } from '../../src/cli/fail.js';
import { compare } from './compare.js';
import { programFor } from './options.js';
import type { Say } from './report.js';
import { scale } from './scale.js';

const say: Say = {
  result: (text) => void process.stdout.write(`${text}\n`),
  progress: (text) => void process.stderr.write(`bench: ${text}\n`),
};

// A folder, servers and the generator are to be cleaned up at the end, whatever the end is.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  await programFor({
    compare: (options) => compare(options, say),
    scale: (options) => scale(options, say),
  }).parseAsync();
} catch (error) {
  process.stderr.write(`bench: ${chain(error)}\n`);
  process.exit(1);
}
