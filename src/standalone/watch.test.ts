import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { problemText, type Manifest } from './manifest.js';
import { readManifests } from './manifests.js';
import { watchWorld, type WorldWatch } from './watch.js';

/** What reading fails with, if it does; no file changes by that. */
const disk = { fault: '', failed: 0 };

/** As with a disk that fails while a file is read. */
const read: typeof readManifests = async (paths) => {
  const found = await readManifests(paths);
  if (disk.fault === '') return found;
  disk.failed += 1;
  const [{ file }] = found.manifests as [Manifest];
  const problem = { file, document: 0, line: 0, message: disk.fault };
  return { manifests: [], problems: [problem] };
};

const node = (name: string): string => `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\n`;

describe('watchWorld', () => {
  let dir = '';
  let watch: WorldWatch | undefined;
  let failures: string[] = [];
  let loads: unknown[] = [];
  const at = (name: string): string => join(dir, name);
  const names = (): unknown[] =>
    (watch?.current().nodes() ?? []).map(({ metadata }) => metadata?.name);
  const sees = (...expected: string[]): Promise<void> =>
    vi.waitFor(
      () => {
        expect(names()).toEqual(expected);
      },
      { timeout: 5000, interval: 10 },
    );
  const fails = (times: number): Promise<void> =>
    vi.waitFor(
      () => {
        expect(failures).toHaveLength(times);
      },
      { timeout: 5000, interval: 10 },
    );

  const start = async (path: string): Promise<void> => {
    watch = watchWorld({
      paths: [path],
      interval: 15,
      loaded: (counts) => loads.push(counts),
      failed: (problems) => failures.push(problems.map(problemText).join('\n')),
      read,
    });
    await watch.start();
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    failures = [];
    loads = [];
    Object.assign(disk, { fault: '', failed: 0 });
  });
  afterEach(async () => {
    await watch?.stop();
    watch = undefined;
    await rm(dir, { recursive: true, force: true });
  });

  /** By a rename: on a busy machine a file that is written in place may stay empty for two looks. */
  const put = async (name: string, text: string): Promise<void> => {
    await writeFile(at('new'), text);
    await rename(at('new'), at(name));
  };

  it('takes over changed, new and removed files', async () => {
    await put('a.yaml', node('a'));
    await start(dir);
    expect(names()).toEqual(['a']);
    expect(loads).toMatchObject([{ Node: 1 }]);
    await put('a.yaml', node('b'));
    await sees('b');
    await mkdir(at('sub'));
    await put('sub/c.yaml', node('c'));
    await sees('b', 'c');
    await rm(at('a.yaml'));
    await sees('c');
    expect(failures).toEqual([]);
  });

  it('sees the swap of a mounted ConfigMap', async () => {
    for (const version of ['1', '2']) {
      await mkdir(at(`..${version}`));
      await writeFile(at(`..${version}/a.yaml`), node(`v${version}`));
    }
    await symlink('..1', at('..data'));
    await symlink('..data/a.yaml', at('a.yaml'));
    await start(dir);
    await symlink('..2', at('..tmp'));
    await rename(at('..tmp'), at('..data'));
    await sees('v2');
  });

  it('keeps the last good World, says once what is wrong, and recovers', async () => {
    await put('a.yaml', node('a'));
    await start(dir);
    await put('a.yaml', 'a: [');
    await fails(1);
    expect(failures[0]).toContain('a.yaml:1 (document 1)');
    expect(names()).toEqual(['a']);
    await put('a.yaml', node('b'));
    await sees('b');
    expect(failures).toHaveLength(1);
  });

  it('keeps the World when a file is emptied, as by a shell before kubectl writes to it', async () => {
    await put('a.yaml', node('a'));
    await start(at('a.yaml'));
    await put('a.yaml', '');
    await fails(1);
    expect(failures[0]).toBe(`${at('a.yaml')}: the files hold no objects; the last World stays`);
    expect(names()).toEqual(['a']);
    await put('a.yaml', node('b'));
    await sees('b');
    expect(failures).toHaveLength(1);
  });

  it('takes a World without objects at the start', async () => {
    await put('a.yaml', '');
    await start(dir);
    await put('a.yaml', '# still nothing\n');
    await vi.waitFor(
      () => {
        expect(loads).toHaveLength(2);
      },
      { timeout: 5000, interval: 10 },
    );
    expect(failures).toEqual([]);
  });

  it('tries what failed again, though no file changes, and says each problem once', async () => {
    await put('a.yaml', node('a'));
    await start(dir);
    disk.fault = 'too many open files';
    await put('a.yaml', node('b'));
    await vi.waitFor(
      () => {
        expect(disk.failed).toBeGreaterThan(3);
      },
      { timeout: 5000, interval: 10 },
    );
    expect(failures).toEqual([`${at('a.yaml')}: too many open files`]);
    disk.fault = 'i/o error';
    await fails(2);
    disk.fault = '';
    await sees('b');
    disk.fault = 'i/o error';
    await put('a.yaml', node('c'));
    await fails(3);
    expect(names()).toEqual(['b']);
  });

  it.each(['world', 'world/a.yaml'])(
    'keeps the World when %s is removed, and sees it come back',
    async (path) => {
      const make = async (name: string): Promise<void> => {
        await mkdir(at('world'));
        await put('world/a.yaml', node(name));
      };
      await make('a');
      await start(at(path));
      await rm(at('world'), { recursive: true });
      await fails(1);
      expect(names()).toEqual(['a']);
      await make('b');
      await sees('b');
      await put('world/a.yaml', node('c'));
      await sees('c');
    },
  );

  it('does not start on a World with problems, and names them all', async () => {
    await put('a.yaml', 'a: [');
    await put('b.yaml', 'apiVersion: v1\nkind: Node\n');
    await expect(start(dir)).rejects.toThrow(/a\.yaml:1 .*\n.*b\.yaml:1 .*no metadata/);
    expect(() => watch?.current()).toThrow('not loaded');
  });

  it('is quiet after stop', async () => {
    await put('a.yaml', node('a'));
    await start(dir);
    await watch?.stop();
    await put('a.yaml', node('b'));
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(loads).toHaveLength(1);
  });
});
