import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { markOf } from '../files/mark.js';
import type { Problem } from './manifest.js';

export interface FoundFile {
  readonly path: string;
  /** Changes whenever the file's content may have: see `markOf`. */
  readonly mark: string;
}

export interface Found {
  readonly files: readonly FoundFile[];
  readonly problems: readonly Problem[];
}

const EXTENSION = /\.(ya?ml|json)$/i;
export const EXTENSIONS = '.yaml, .yml or .json';

/**
 * Finds the files that a path stands for: the path itself, whatever it is called, or everything below a folder that
 * ends in .yaml, .yml or .json, in the order of their names.
 *
 * Links are followed. Names with a leading dot are not: in a mounted ConfigMap `a.yaml` links to `..data/a.yaml`, and
 * `..data` itself would yield every file twice.
 *
 * @returns the files, and a problem for a path that cannot be read or a folder that holds none. Does not throw.
 */
export async function findFiles(path: string): Promise<Found> {
  const found = await look(path, [], true);
  if (found.files.length > 0 || found.problems.length > 0) return found;
  return failed(path, `the folder holds no ${EXTENSIONS} file`);
}

const NOTHING: Found = { files: [], problems: [] };

const failed = (file: string, message: string): Found => ({
  files: [],
  problems: [{ file, document: 0, line: 0, message }],
});

/** A sentence for an error of the file system. */
export function messageOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return SENTENCES[code] ?? (error instanceof Error ? error.message : String(error));
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  ELOOP: 'the links lead in a circle',
};

/** @param above the real paths of the folders on the way here, which end a circle of links. */
async function look(path: string, above: readonly string[], asked: boolean): Promise<Found> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return await lookInside(path, above);
    if (!asked && !EXTENSION.test(path)) return NOTHING;
    return { files: [{ path, mark: markOf(stats) }], problems: [] };
  } catch (error) {
    // A dangling link to something that is no manifest is nobody's loss.
    return asked || EXTENSION.test(path) ? failed(path, messageOf(error)) : NOTHING;
  }
}

async function lookInside(folder: string, above: readonly string[]): Promise<Found> {
  const real = await realpath(folder);
  if (above.includes(real)) return NOTHING;
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const found: Found[] = [];
  for (const name of names) found.push(await look(join(folder, name), [...above, real], false));
  return {
    files: found.flatMap(({ files }) => files),
    problems: found.flatMap(({ problems }) => problems),
  };
}
