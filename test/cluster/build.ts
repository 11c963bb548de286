import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, SOURCES } from './places.js';
import type { Release } from './releases.js';
import { run } from './shell.js';

/** The names by which the one program goes. */
const PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
];

const KWOK = 'sigs.k8s.io/kwok/cmd/kwok@v0.7.0';

/** Where a release's programs are or will be; the name changes with the sources. */
export function binFolder(release: Release): string {
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}`);
  for (const name of readdirSync(SOURCES).sort()) {
    hash.update(`\n${name}\n`).update(readFileSync(join(SOURCES, name)));
  }
  return join(cacheFolder(), `${release.version}-${hash.digest('hex').slice(0, 12)}`);
}

export const isBuilt = (release: Release): boolean => existsSync(binFolder(release));

/**
 * Builds the programs, unless the same sources have been built before.
 *
 * @returns their folder.
 */
export async function build(release: Release): Promise<string> {
  const folder = binFolder(release);
  if (existsSync(folder)) return folder;
  // Under another name until it is whole, so that an interrupted build is never taken for one.
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  try {
    await go(
      ['build', '-modfile', release.modules, '-tags', release.tags].concat(linked(release)),
      {
        out: join(draft, 'kube'),
      },
    );
    for (const name of PROGRAMS) symlinkSync('kube', join(draft, name));
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

const go = (args: readonly string[], { out }: { out: string }): Promise<string> =>
  run('go', [...args, '-buildvcs=false', '-o', out, '.'], { cwd: SOURCES });

/** The version is written in by the linker, as the releases' own makefile does it; without it, it would be 0.0.0. */
function linked({ version, minor }: Release): string[] {
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const values = { gitVersion: version, gitMajor: '1', gitMinor: minor.replace('1.', '') };
  const set = packages.flatMap((name) =>
    Object.entries(values).map(([key, value]) => `-X ${name}.${key}=${value}`),
  );
  return ['-ldflags', ['-s', '-w', ...set].join(' ')];
}

/** Builds kwok, which plays nodes that are not there, unless it is built. */
export async function buildKwok(): Promise<string> {
  const folder = join(cacheFolder(), KWOK.replace(/.*\//, ''));
  if (!existsSync(join(folder, 'kwok'))) {
    await run('go', ['install', KWOK], { env: { ...process.env, GOBIN: folder } });
  }
  return join(folder, 'kwok');
}
