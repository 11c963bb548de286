// Makes a fresh clone ready: installs what the lock file names and builds dist/, each only when it is stale.
// Uses nothing but Node, because it runs before anything is installed.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const time = (path) => (existsSync(root + path) ? statSync(root + path).mtimeMs : 0);

/** The newest change below a folder, in milliseconds since the epoch. */
const newest = (path) =>
  readdirSync(root + path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .reduce(
      (latest, entry) =>
        Math.max(latest, statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs),
      0,
    );

const run = (what, command, args) => {
  console.error(`ds-injector: ${what} …`);
  // npm on Windows is a .cmd file, which only a shell starts.
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error(`ds-injector: ${what} failed; "${command} ${args.join(' ')}" shows why`);
    process.exit(done.status ?? 1);
  }
};

if (time('node_modules/.package-lock.json') < time('package-lock.json')) {
  // NODE_ENV=production would leave out the tools that build and test.
  run('installing dependencies', 'npm', [
    'ci',
    '--include=dev',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ]);
}
const sources = Math.max(
  newest('src'),
  time('package-lock.json'),
  time('tsconfig.json'),
  time('tsconfig.build.json'),
);
if (time('dist/main.js') < sources) run('building dist/', process.execPath, ['scripts/build.mjs']);
