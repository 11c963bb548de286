import { readdirSync } from 'node:fs';

/** What lies at one path of an image: a folder, a file of this machine, or a text. Owned by root, as in every image. */
export interface ImageFile {
  /** Absolute within the image, without the leading slash. */
  readonly path: string;
  readonly mode: number;
  /** Absent for a folder. */
  readonly content?: { readonly from: string } | { readonly text: string };
}

export const FOLDER = 0o755;
export const PLAIN = 0o644;
export const PROGRAM = 0o755;

export const folder = (path: string, mode = FOLDER): ImageFile => ({ path, mode });

export const text = (path: string, content: string): ImageFile => ({
  path,
  mode: PLAIN,
  content: { text: content },
});

export const copy = (path: string, from: string, mode = PLAIN): ImageFile => ({
  path,
  mode,
  content: { from },
});

/**
 * The files below a folder of this machine, as paths relative to it.
 * `wanted` is asked for each folder and file; a folder that is not wanted is not entered. Links are left out.
 */
export function filesBelow(
  root: string,
  wanted: (path: string, isFolder: boolean) => boolean,
  below = '',
): readonly string[] {
  return readdirSync(`${root}/${below}`, { withFileTypes: true }).flatMap((entry) => {
    const path = below + entry.name;
    if (!wanted(path, entry.isDirectory())) return [];
    if (entry.isDirectory()) return filesBelow(root, wanted, `${path}/`);
    return entry.isFile() ? [path] : [];
  });
}
