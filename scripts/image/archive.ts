import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { folder, type ImageFile } from './files.js';

/** What an image starts, and as whom; the fields of the image's configuration. */
export interface Start {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly Env: readonly string[];
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
}

/** One layer of an image: a name for its history, and its files in any order. */
export interface Layer {
  readonly name: string;
  readonly files: readonly ImageFile[];
}

const EPOCH = new Date(0);
const sha256 = (content: Buffer | string): string =>
  createHash('sha256').update(content).digest('hex');

const bytes = ({ content }: ImageFile): Buffer | undefined => {
  if (content === undefined) return undefined;
  return 'text' in content ? Buffer.from(content.text) : readFileSync(content.from);
};

/** Every file once, in one order on every machine, each after the folders that it lies in. */
function ordered(files: readonly ImageFile[]): readonly ImageFile[] {
  const parents = files.flatMap(({ path }) => foldersAbove(path)).map((path) => folder(path));
  const byPath = new Map([...parents, ...files].map((file) => [file.path, file]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const foldersAbove = (path: string): readonly string[] => {
  const above = dirname(path);
  return above === '.' ? [] : [...foldersAbove(above), above];
};

async function collect(tar: Pack): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A layer as a tar archive. The same files give the same bytes: times are zero, the owner is root. */
export function layerTar(files: readonly ImageFile[]): Promise<Buffer> {
  const tar = pack();
  for (const file of ordered(files)) {
    const content = bytes(file);
    const header = { name: file.path, mode: file.mode, mtime: EPOCH };
    if (content === undefined) tar.entry({ ...header, type: 'directory' });
    else tar.entry(header, content);
  }
  tar.finalize();
  return collect(tar);
}

/** Go's names of the processors, which images use, for those whose names differ in Node. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** The image's configuration, and by its digest the image's identity. */
const configuration = (
  layers: readonly Layer[],
  digests: readonly string[],
  start: Start,
): string =>
  JSON.stringify({
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    created: EPOCH.toISOString(),
    config: start,
    rootfs: { type: 'layers', diff_ids: digests.map((digest) => `sha256:${digest}`) },
    history: layers.map(({ name }) => ({ created: EPOCH.toISOString(), created_by: name })),
  });

/**
 * Writes an image as an archive that `docker load`, `podman load` and `ctr images import` take.
 * Returns the image's digest; the same layers and start give the same one.
 */
export async function writeImage(
  file: string,
  tag: string,
  layers: readonly Layer[],
  start: Start,
): Promise<string> {
  const tars = await Promise.all(layers.map(({ files }) => layerTar(files)));
  const digests = tars.map(sha256);
  const config = configuration(layers, digests, start);
  const digest = sha256(config);
  const entries = new Map<string, Buffer | string>([
    ...tars.map((tar, at): [string, Buffer] => [`${digests[at] ?? ''}.tar`, tar]),
    [`${digest}.json`, config],
    ['manifest.json', manifest(digest, tag, digests)],
  ]);
  const archive = pack();
  for (const [name, content] of entries) {
    archive.entry({ name, mode: 0o644, mtime: EPOCH }, content as string);
  }
  archive.finalize();
  await pipeline(archive, createWriteStream(file));
  return digest;
}

const manifest = (config: string, tag: string, layers: readonly string[]): string =>
  JSON.stringify([
    {
      Config: `${config}.json`,
      RepoTags: [tag],
      Layers: layers.map((digest) => `${digest}.tar`),
    },
  ]);
