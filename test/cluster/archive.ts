import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './shell.js';

const BUSYBOX = '/bin/busybox';

export interface Image {
  /** Such as `docker.io/library/busybox:1.36`. */
  readonly tags: readonly string[];
  readonly command: readonly string[];
}

/**
 * Writes an image of Debian's static busybox with all its programs, as an archive that `ctr images import` reads.
 * There is no registry to pull one from.
 */
export async function writeBusybox(out: string, image: Image): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ds-injector-image-'));
  try {
    const root = join(folder, 'root');
    await layBusybox(root);
    const layer = await pack(join(folder, 'layer.tar'), root, ['.']);
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify(configOf(image, layer)));
    const manifest = [{ Config: 'config.json', RepoTags: image.tags, Layers: ['layer.tar'] }];
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    mkdirSync(dirname(out), { recursive: true });
    await pack(out, folder, ['config.json', 'layer.tar', 'manifest.json']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function layBusybox(root: string): Promise<void> {
  for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'root', 'tmp', 'var/log']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
  for (const name of (await run(BUSYBOX, ['--list'])).trim().split('\n')) {
    if (name !== 'busybox') symlinkSync('busybox', join(root, 'bin', name));
  }
  const users = ['root:x:0:0::/root:/bin/sh', 'nobody:x:65534:65534::/:/bin/sh'];
  writeFileSync(join(root, 'etc/passwd'), `${users.join('\n')}\n`);
}

/** @returns the SHA-256 of the archive, which depends on nothing but what is in it. */
async function pack(out: string, folder: string, names: readonly string[]): Promise<string> {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await run('tar', [...same, '-C', folder, '-cf', out, ...names]);
  return createHash('sha256').update(readFileSync(out)).digest('hex');
}

const configOf = ({ command }: Image, layer: string): object => ({
  architecture: process.arch === 'x64' ? 'amd64' : process.arch,
  os: 'linux',
  config: { Cmd: command, Env: ['PATH=/bin'] },
  rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  history: [{ created_by: 'test cluster' }],
});
