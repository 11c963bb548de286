import { readFile } from 'node:fs/promises';
import { decodeText, EncodingError } from './decode.js';
import { findFiles, messageOf } from './files.js';
import type { Manifests } from './manifest.js';
import { joined, parseManifests } from './parse.js';

const NOTHING: Manifests = { manifests: [], problems: [] };

/**
 * Reads the manifests of files and folders.
 *
 * @param paths a folder stands for its .yaml, .yml and .json files, recursively; `-` for standard input.
 * @param stdin reads standard input, or throws an EncodingError; without it `-` is a file like any other.
 * @returns the objects in the order of the paths, and every problem of every file. Does not throw for bad input.
 */
export async function readManifests(
  paths: readonly string[],
  stdin?: () => Promise<string>,
): Promise<Manifests> {
  const read: Manifests[] = [];
  for (const path of paths) {
    read.push(path === '-' && stdin ? await readText(path, stdin) : await readPath(path));
  }
  return joined(read);
}

async function readPath(path: string): Promise<Manifests> {
  const { files, problems } = await findFiles(path);
  const read: Manifests[] = [{ ...NOTHING, problems }];
  for (const file of files)
    read.push(await readText(file.path, async () => decodeText(await readFile(file.path))));
  return joined(read);
}

async function readText(file: string, read: () => Promise<string>): Promise<Manifests> {
  try {
    return parseManifests(file, await read());
  } catch (error) {
    const line = error instanceof EncodingError ? error.line : 0;
    return { ...NOTHING, problems: [{ file, document: 0, line, message: messageOf(error) }] };
  }
}
