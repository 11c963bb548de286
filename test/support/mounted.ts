import { mkdtemp, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Puts files into a folder as the kubelet does for a Secret or a ConfigMap: they lie in a folder of their own, to which
 * the link `..data` leads; each name is a link to `..data/NAME`, and a change is one rename of `..data`.
 */
export async function mountFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const versioned = await mkdtemp(join(folder, '..2026_'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(versioned, name), text);
  const data = join(folder, '..data');
  const before = await orNothing(readlink(data));
  await symlink(basename(versioned), `${data}_tmp`);
  await rename(`${data}_tmp`, data);
  for (const name of Object.keys(files)) {
    await orNothing(symlink(join('..data', name), join(folder, name)));
  }
  if (before !== undefined) await rm(join(folder, before), { recursive: true });
}

const orNothing = <T>(done: Promise<T>): Promise<T | undefined> => done.catch(() => undefined);
