// Prints the path of helm, which it builds from its Go module the first time (minutes) and keeps in a cache folder by its
// version. Where it cannot be built, a helm on PATH does. Exit code 3 with a line that says so where there is neither.
// Uses nothing but Node.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

const MODULE = 'helm.sh/helm/v4/cmd/helm';
const VERSION = 'v4.3.1';
/** As other scripts are told that what they need is not on this machine. */
const ABSENT = 3;

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/**
 * Builds beside the cache and moves the result into it, so that two at once do no harm.
 * @returns whether it worked; it does not without Go, and not without its modules.
 */
function build(cached) {
  mkdirSync(cached, { recursive: true });
  const folder = mkdtempSync(join(cached, 'build-'));
  try {
    console.error(`ds-injector: building helm ${VERSION} (once, some minutes) …`);
    // In an empty folder: a go.mod where this is called from must not matter.
    const { status } = spawnSync('go', ['install', `${MODULE}@${VERSION}`], {
      env: { ...process.env, GOBIN: folder },
      stdio: ['ignore', 2, 2],
      cwd: folder,
    });
    if (status !== 0) return false;
    renameSync(join(folder, 'helm'), join(cached, 'helm'));
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const cached = join(caches, 'ds-injector', `helm-${VERSION}`);
const helm = join(cached, 'helm');

if (existsSync(helm) || (runs('go', 'version') && build(cached))) console.log(helm);
else if (runs('helm', 'version')) console.log('helm');
else {
  console.error(
    'ds-injector: helm cannot be built (that takes Go and its modules), and is not on PATH',
  );
  process.exitCode = ABSENT;
}
