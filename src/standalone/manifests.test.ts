import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeText } from './decode.js';
import { problemText, type Manifests } from './manifest.js';
import { readManifests } from './manifests.js';

const doc = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const namesOf = ({ manifests }: Manifests): unknown[] =>
  manifests.map(({ object }) => object.metadata?.name);

describe('readManifests', () => {
  let dir = '';
  const at = (name: string): string => join(dir, name);
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('reads folders in the order of their names, recursively, and nothing but manifests', async () => {
    await mkdir(at('b'));
    await writeFile(at('b/x.yml'), doc('two'));
    await writeFile(at('a.yaml'), doc('one'));
    await writeFile(
      at('c.json'),
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"three"}}',
    );
    await writeFile(at('README.md'), '# not: [yaml');
    await writeFile(at('.hidden.yaml'), 'a: [');
    const read = await readManifests([dir]);
    expect(read.problems).toEqual([]);
    expect(namesOf(read)).toEqual(['one', 'two', 'three']);
    expect(read.manifests[0]?.file).toBe(at('a.yaml'));
  });

  it('reads a mounted ConfigMap once', async () => {
    await mkdir(at('..1'));
    await writeFile(at('..1/a.yaml'), doc('one'));
    await symlink('..1', at('..data'));
    await symlink('..data/a.yaml', at('a.yaml'));
    expect(namesOf(await readManifests([dir]))).toEqual(['one']);
  });

  it('ends when links lead in a circle', async () => {
    await mkdir(at('a'));
    await writeFile(at('a/x.yaml'), doc('one'));
    await symlink('..', at('a/up'));
    await symlink('loop.yaml', at('loop.yaml'));
    const read = await readManifests([dir]);
    expect(namesOf(read)).toEqual(['one']);
    expect(read.problems.map(problemText)).toEqual([
      `${at('loop.yaml')}: the links lead in a circle`,
    ]);
  });

  it('reads a file that is named whatever its name', async () => {
    await writeFile(at('.pod'), doc('one'));
    expect(namesOf(await readManifests([at('.pod')]))).toEqual(['one']);
  });

  it('reads standard input in its turn', async () => {
    await writeFile(at('a.yaml'), doc('file'));
    const read = await readManifests(['-', at('a.yaml')], () => Promise.resolve(doc('stdin')));
    expect(namesOf(read)).toEqual(['stdin', 'file']);
    expect(read.manifests[0]?.file).toBe('-');
  });

  it('names the problems of all paths at once', async () => {
    await writeFile(at('a.yaml'), 'a: [\n');
    await mkdir(at('empty'));
    await symlink('nowhere', at('dangling.yaml'));
    const { problems } = await readManifests([
      at('a.yaml'),
      at('empty'),
      at('none'),
      at('dangling.yaml'),
    ]);
    expect(problems.map(problemText)).toEqual([
      expect.stringMatching(/a\.yaml:2 \(document 1\): /) as string,
      `${at('empty')}: the folder holds no .yaml, .yml or .json file`,
      `${at('none')}: no such file or folder`,
      `${at('dangling.yaml')}: no such file or folder`,
    ]);
  });

  it('refuses what is not UTF-8, and still reads the rest', async () => {
    await writeFile(at('a.yaml'), doc('one'));
    await writeFile(at('latin.yaml'), Buffer.from(`# x\n# caf\u00e9\n${doc('two')}`, 'latin1'));
    await writeFile(at('wide.yaml'), Buffer.from(`\uFEFF${doc('three')}`, 'utf16le'));
    const stdin = (): Promise<string> => Promise.resolve(decodeText(Uint8Array.of(0x61, 0xe9)));
    const read = await readManifests([dir, '-'], async () => stdin());
    expect(namesOf(read)).toEqual(['one']);
    expect(read.problems.map(problemText)).toEqual([
      `${at('latin.yaml')}:2: is not UTF-8 (Latin-1, perhaps); save it as UTF-8`,
      `${at('wide.yaml')}:1: is not UTF-8 but UTF-16; save it as UTF-8`,
      '-:1: is not UTF-8 (Latin-1, perhaps); save it as UTF-8',
    ]);
  });
});
