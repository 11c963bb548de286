import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';

/**
 * Reads a text file.
 *
 * @returns its content, or undefined if there is no such file.
 * @throws Error `reading PATH` with its cause if the file is there but cannot be read.
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isNotThere(cause)) return undefined;
    throw new Error(`reading ${path}`, { cause });
  }
}

const isNotThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * Writes a text file as a whole or not at all: a reader, or a start after a crash, never sees half of it.
 *
 * @param mode the permissions of the file, also if it replaces one with others.
 * @throws Error `writing PATH` with its cause; the file is then as it was.
 */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeNew(temporary, text, mode);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new Error(`writing ${path}`, { cause });
  }
}

/** `wx` refuses to follow a link that somebody else may have put there. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    // The rename must not reach the disk before the content does.
    await file.sync();
  } finally {
    await file.close();
  }
}
