import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepCertificates } from './keep.js';

const DAY = 24 * 60 * 60_000;
const START = Date.parse('2030-01-01T00:00:00Z');
let parent: string;
let dir: string;
let now = START;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  dir = join(parent, 'first');
  await keep();
});

afterAll(async () => {
  await rm(parent, { recursive: true });
});

/** Each test has a copy of what the first start made: keys are slow to make. */
beforeEach(async ({ task }) => {
  now = START;
  dir = join(parent, task.id);
  await cp(join(parent, 'first'), dir, { recursive: true });
});

const keep = (hosts = ['localhost', '127.0.0.1']) =>
  keepCertificates({ dir, hosts, clock: () => now });
const reload = () =>
  keepCertificates({ dir, hosts: ['localhost', '127.0.0.1'], clock: () => now }, 'reload');
const contents = async () => {
  const names = (await readdir(dir)).sort();
  return Promise.all(names.map(async (name) => [name, await readFile(file(name), 'utf8')]));
};
const file = (name: string) => join(dir, name);
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('keepCertificates', () => {
  it('makes everything at the first start, keys for the owner only', async () => {
    await rm(dir, { recursive: true });
    const kept = await keep();
    expect(kept.notAfter).toEqual(new Date(START + 30 * DAY));
    expect(kept.notes).toEqual([`made ${file('ca.crt')}`, `made ${file('tls.crt')}`]);
    expect(kept.warnings).toEqual([
      `made ${file('ca.crt')}; the caBundle of the webhook configuration must be set (again)`,
    ]);
    expect((await readdir(dir)).sort()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    expect(await readFile(file('tls.key'), 'utf8')).toBe(kept.key);
    expect(await modeOf(dir)).toBe('700');
    expect(await modeOf(file('ca.key'))).toBe('600');
    expect(await modeOf(file('tls.key'))).toBe('600');
  });

  it('uses them again, until a third of the leaf is left', async () => {
    const first = await keep();
    now += 19 * DAY;
    expect(await keep()).toEqual({ ...first, notes: [], warnings: [] });
    now += 2 * DAY;
    const second = await keep();
    expect(second.ca).toBe(first.ca);
    expect(second.cert).not.toBe(first.cert);
    expect(second.notes).toEqual([`renewed ${file('tls.crt')}, which nears the end of its life`]);
  });

  it('makes a new authority when the old one gets old, and with it a new leaf', async () => {
    const first = await keep();
    now += 300 * DAY;
    const second = await keep();
    expect(second.ca).not.toBe(first.ca);
    expect(second.notes).toHaveLength(2);
  });

  it('renews a leaf that lacks a host', async () => {
    const first = await keep();
    const second = await keep(['localhost', '10.0.0.1']);
    expect(second.ca).toBe(first.ca);
    expect(second.notes).toEqual([`renewed ${file('tls.crt')}, which is not for 10.0.0.1`]);
  });

  it('does not take the subject of a leaf for a host', async () => {
    await rm(dir, { recursive: true });
    await keep(['127.0.0.1']);
    expect((await keep(['ds-injector'])).notes).toHaveLength(1);
  });

  it('renews what a clock that went back makes invalid', async () => {
    now -= DAY;
    expect((await keep()).notes[0]).toContain('is not valid yet');
  });

  it.each(['tls.crt', 'tls.key'])('renews the leaf when %s is garbage', async (name) => {
    const first = await keep();
    await writeFile(file(name), 'garbage');
    const second = await keep();
    expect(second.ca).toBe(first.ca);
    expect(second.notes).toEqual([
      `renewed ${file('tls.crt')}, which cannot be read, or its key cannot`,
    ]);
    expect((await keep()).notes).toEqual([]);
  });

  it.each(['ca.crt', 'ca.key'])('renews both when %s is garbage', async (name) => {
    await writeFile(file(name), '');
    expect((await keep()).notes).toHaveLength(2);
  });

  it('makes what is missing', async () => {
    await rm(file('tls.key'));
    expect((await keep()).notes).toEqual([`made ${file('tls.crt')}`]);
  });

  it('does not use a leaf with the key of the authority', async () => {
    await writeFile(file('tls.key'), await readFile(file('ca.key')));
    expect((await keep()).notes[0]).toContain('does not belong to its key');
  });

  it('does not use a leaf for its authority', async () => {
    await writeFile(file('ca.crt'), await readFile(file('tls.crt')));
    await writeFile(file('ca.key'), await readFile(file('tls.key')));
    expect((await keep()).notes[0]).toContain('is not that of a certificate authority');
  });

  it('tightens the mode of a key that it replaces', async () => {
    await chmod(file('tls.key'), 0o644);
    now += 25 * DAY;
    await keep();
    expect(await modeOf(file('tls.key'))).toBe('600');
  });

  it('wants a host', async () => {
    await expect(keep([])).rejects.toThrow('at least one host');
  });

  it('says which folder it cannot make', async () => {
    await rm(dir, { recursive: true });
    await writeFile(dir, 'a file is in the way');
    await expect(keep()).rejects.toThrow(`making the folder ${dir}`);
  });

  it('says which file it cannot read', async () => {
    await rm(file('tls.crt'));
    await mkdir(file('tls.crt'));
    await expect(keep()).rejects.toThrow(`reading ${file('tls.crt')}`);
  });
});

describe('keepCertificates at a reload', () => {
  const REMEDY =
    'restart the injector to make a new authority, and set the caBundle of the webhook configuration again';

  it('renews the leaf from an authority that is old but valid, and warns when it does', async () => {
    const first = await keep();
    const authority = (await contents()).slice(0, 2);
    now += 300 * DAY;
    const second = await reload();
    expect(second.ca).toBe(first.ca);
    expect(second.notes).toEqual([`renewed ${file('tls.crt')}, which has expired`]);
    expect(second.warnings).toEqual([`${file('ca.crt')} nears the end of its life; ${REMEDY}`]);
    expect((await contents()).slice(0, 2)).toEqual(authority);
    expect(await reload()).toEqual({ ...second, notes: [], warnings: [] });
  });

  it('makes no leaf that outlives its authority, and makes the last one once', async () => {
    await keep();
    now = START + 364 * DAY;
    expect((await reload()).notAfter).toEqual(new Date(START + 365 * DAY));
    now += DAY * 0.9;
    expect((await reload()).notes).toEqual([]);
  });

  it('renews earlier for who has drawn so, so that two with one folder do not renew at once', async () => {
    await keep();
    now += 18 * DAY;
    const drawn = (jitter: number) =>
      keepCertificates({ dir, hosts: ['localhost'], clock: () => now, jitter }, 'reload');
    expect((await drawn(0)).notes).toEqual([]);
    expect((await drawn(1)).notes).toHaveLength(1);
    expect((await drawn(0)).notes).toEqual([]);
  });

  it.each(['ca.crt', 'ca.key'])('changes no file when %s is missing', async (name) => {
    await rm(file(name));
    now += 25 * DAY;
    const before = await contents();
    await expect(reload()).rejects.toThrow(
      `${file('ca.crt')} or ${file('ca.key')} is missing; put it back, or ${REMEDY}`,
    );
    expect(await contents()).toEqual(before);
  });

  it('changes no file when the authority is half replaced', async () => {
    await writeFile(file('ca.key'), await readFile(file('tls.key')));
    const before = await contents();
    await expect(reload()).rejects.toThrow(`does not belong to its key; ${REMEDY}`);
    expect(await contents()).toEqual(before);
  });

  it('changes no file when the authority has expired', async () => {
    now += 365 * DAY;
    const before = await contents();
    await expect(reload()).rejects.toThrow(`${file('ca.crt')} has expired; ${REMEDY}`);
    expect(await contents()).toEqual(before);
  });
});
