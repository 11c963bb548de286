import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extract, type Header } from 'tar-stream';
import { appFiles, runs } from '../../scripts/image/app.js';
import { layerTar } from '../../scripts/image/archive.js';
import { copy, folder, text } from '../../scripts/image/files.js';

/** An entry of a tar archive. */
interface Entry {
  readonly header: Header;
  readonly content: Buffer;
}

/** The entries of a tar archive, in their order. */
async function entriesOf(tar: Buffer): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.push({ header: entry.header, content: Buffer.concat(chunks) });
  }
  return entries;
}

interface Image {
  readonly config: {
    readonly config: {
      readonly Entrypoint: readonly string[];
      readonly User: string;
      readonly WorkingDir: string;
      readonly ExposedPorts: Readonly<Record<string, object>>;
    };
  };
  readonly tags: readonly string[];
  readonly files: readonly Entry[];
}

async function imageIn(archive: Buffer): Promise<Image> {
  const entries = new Map(
    (await entriesOf(archive)).map(({ header, content }) => [header.name, content]),
  );
  const read = (name = ''): Buffer => entries.get(name) ?? Buffer.of();
  const [manifest] = JSON.parse(read('manifest.json').toString()) as [
    { Config: string; RepoTags: string[]; Layers: string[] },
  ];
  const layers = await Promise.all(manifest.Layers.map((layer) => entriesOf(read(layer))));
  return {
    config: JSON.parse(read(manifest.Config).toString()) as Image['config'],
    tags: manifest.RepoTags,
    files: layers.flat(),
  };
}

/** Runs the archive's script as `npm run image` does. */
const build = (file: string): string => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/tsx/dist/cli.mjs', 'scripts/image.ts', file],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`making the image: ${stderr}`);
  return stdout;
};

// An image is made of what is installed on Linux.
describe.skipIf(process.platform !== 'linux')('the image', () => {
  const home = mkdtempSync(join(tmpdir(), 'ds-injector-image-'));
  const file = join(home, 'image.tar');
  const made: { image?: Image; said?: string } = {};
  const image = (): Image => {
    if (made.image === undefined) throw new Error('no image');
    return made.image;
  };

  beforeAll(async () => {
    made.said = build(file);
    made.image = await imageIn(readFileSync(file));
  }, 60_000);
  afterAll(() => {
    rmSync(home, { recursive: true });
  });

  it('has the tag that the chart asks for', () => {
    expect(image().tags).toEqual(['ds-injector:dev']);
  });

  it('is the same when it is made again', () => {
    expect(build(file)).toBe(made.said);
  });

  it('belongs to root, writes nothing and has no shell', () => {
    const files = image().files.map(({ header }) => header);
    expect(files.filter(({ uid, gid }) => uid !== 0 || gid !== 0)).toEqual([]);
    const open = files.filter(({ mode, name }) => name !== 'tmp' && (mode & 0o022) !== 0);
    expect(open).toEqual([]);
    const programs = files
      .filter(
        ({ name, type, mode }) => type === 'file' && (mode & 0o111) !== 0 && !/\.so\b/.test(name),
      )
      .map(({ name }) => name);
    expect(programs.sort()).toEqual(['app/dist/main.js', 'usr/bin/node']);
  });

  it('starts as the Dockerfile’s does', () => {
    const { config } = image().config;
    const dockerfile = readFileSync('Dockerfile', 'utf8');
    const last = (instruction: string): string | undefined =>
      [...dockerfile.matchAll(new RegExp(`^${instruction} (.*)$`, 'gm'))].at(-1)?.[1];
    expect(JSON.parse(last('ENTRYPOINT') ?? '')).toEqual(config.Entrypoint);
    expect(last('USER')).toBe(config.User);
    expect(last('WORKDIR')).toBe(config.WorkingDir);
    expect(
      last('EXPOSE')
        ?.split(' ')
        .map((port) => `${port}/tcp`),
    ).toEqual(Object.keys(config.ExposedPorts));
  });

  it('has all that it takes to run', () => {
    const root = join(home, 'root');
    for (const { header, content } of image().files) {
      const path = join(root, header.name);
      if (header.type === 'directory') continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      chmodSync(path, header.mode);
    }
    const names = image().files.map(({ header }) => header.name);
    const loader = names.find((name) => /\/ld-[^/]*$/.test(name)) ?? '';
    const libraries = dirname(names.find((name) => /\/libc\.[^/]*$/.test(name)) ?? '');
    // The image's own loader, with the image's libraries only.
    const { stdout, stderr } = spawnSync(
      join(root, loader),
      [
        ...['--inhibit-cache', '--library-path', join(root, libraries)],
        ...[join(root, 'usr/bin/node'), join(root, 'app/dist/main.js')],
        ...['explain', '--world', 'examples/world', '-f', 'examples/workloads/seed-002.yaml'],
      ],
      { encoding: 'utf8', env: {} },
    );
    expect(stderr).toBe('');
    expect(stdout).toContain('injected');
  });
});

it('a layer is the same whatever the order of its files', async () => {
  const files = [text('a/b/c', 'x'), copy('a/d', 'LICENSE'), folder('tmp', 0o1777)];
  const tar = await layerTar(files);
  expect(await layerTar([...files].reverse())).toEqual(tar);
  expect((await entriesOf(tar)).map(({ header }) => [header.name, header.mode])).toEqual([
    ['a', 0o755],
    ['a/b', 0o755],
    ['a/b/c', 0o644],
    ['a/d', 0o644],
    ['tmp', 0o1777],
  ]);
});

it.each([
  ['index.js', false, true],
  ['package.json', false, true],
  ['lib/doc', true, true],
  ['doc', true, false],
  ['LICENSE.md', false, true],
  ['README.md', false, false],
  ['lib/index.d.ts', false, false],
  ['lib/index.js.map', false, false],
  ['node_modules', true, false],
  ['.eslintrc', false, false],
])('takes %s of a package along (folder: %s): %s', (path, isFolder, taken) => {
  expect(runs(path, isFolder)).toBe(taken);
});

it('brings no package that only development needs', () => {
  const packages = appFiles('.').map(({ path }) => path.split('/')[2]);
  expect(packages).toContain('express');
  for (const tool of ['typescript', 'vitest', 'tsx']) expect(packages).not.toContain(tool);
});
