import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A text that changes whenever a file's content may have: its identity, size and times. */
export const markOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string =>
  [dev, ino, size, mtimeMs, ctimeMs].join();

/**
 * The marks of files, in one text. Links are followed; what cannot be looked at is part of it by the code of its
 * error, and so is its return. Does not throw.
 */
export async function marksOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(look))).join('\n');
}

async function look(path: string): Promise<string> {
  try {
    return markOf(await stat(path));
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
