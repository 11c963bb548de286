import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { mountFiles } from '../../test/support/mounted.js';
import { issueAuthority, issueLeaf, LEAF_LIFETIME, type Issued } from './issue.js';
import { givenSource, keptSource, type CertificateSource } from './source.js';
import { watchCertificates, type CertificateWatch } from './watch.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const DAY = 86_400_000;

let a: Issued;
let b: Issued;
let later: Issued;

beforeAll(async () => {
  const ca = await issueAuthority({ now: NOW, serial: '40' });
  const leaf = (now: number, serial: string): Promise<Issued> =>
    issueLeaf(ca, ['localhost'], { now, serial });
  [a, b, later] = await Promise.all([
    leaf(NOW, '4a'),
    leaf(NOW, '4b'),
    leaf(NOW + LEAF_LIFETIME - DAY, '4c'),
  ]);
});

describe('watchCertificates', () => {
  let dir = '';
  let now = NOW;
  let watch: CertificateWatch | undefined;
  let used: string[] = [];
  let loads = 0;
  let refusals: string[] = [];
  let use: (cert: string) => void = () => undefined;

  const put = ({ cert, key }: Issued): Promise<void> =>
    mountFiles(dir, { 'tls.crt': cert, 'tls.key': key });
  const start = async (source?: CertificateSource): Promise<void> => {
    watch = watchCertificates({
      source:
        source ?? givenSource({ certFile: join(dir, 'tls.crt'), keyFile: join(dir, 'tls.key') }),
      interval: 10,
      clock: () => now,
      use: ({ cert }) => {
        use(cert);
        used.push(cert);
      },
      loaded: () => (loads += 1),
      refused: (error) => refusals.push(String(error)),
    });
    await watch.start();
  };
  const eventually = (check: () => void): Promise<void> =>
    vi.waitFor(check, { timeout: 5000, interval: 5 });
  const takes = (...certs: string[]): Promise<void> =>
    eventually(() => {
      expect(used).toEqual(certs);
    });
  const refuses = (times: number): Promise<void> =>
    eventually(() => {
      expect(refusals).toHaveLength(times);
    });
  /** A source that counts how often it is asked, of a pair that the test sets. */
  const counting = (pair: () => Issued) => {
    const source = {
      files: [],
      asked: 0,
      read: () => {
        source.asked += 1;
        return Promise.resolve({ ...pair(), notAfter: new Date(NOW) });
      },
    };
    return source;
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    now = NOW;
    used = [];
    loads = 0;
    refusals = [];
    use = () => undefined;
    await put(a);
  });
  afterEach(async () => {
    await watch?.stop();
    await rm(dir, { recursive: true });
  });

  it('takes over a renewal', async () => {
    await start();
    expect([watch?.current().cert, used, loads]).toEqual([a.cert, [], 1]);
    await put(b);
    await takes(b.cert);
    expect([watch?.current().key, loads, refusals]).toEqual([b.key, 2, []]);
  });

  it.each([
    ['the key of another', () => ({ ...b, key: a.key }), 'does not belong to the certificate'],
    ['garbage', () => ({ ...b, cert: 'garbage' }), 'holds no certificate'],
    ['half a file', () => ({ ...b, cert: b.cert.slice(0, 500) }), 'holds no certificate'],
  ])('refuses %s once, keeps the old pair, and takes the right one', async (_, wrong, problem) => {
    await start();
    await put(wrong());
    await refuses(1);
    expect(refusals[0]).toContain(problem);
    await put(b);
    await takes(b.cert);
    expect(refusals).toHaveLength(1);
  });

  it('keeps the pair of files that are removed, until they return', async () => {
    await start();
    await rm(join(dir, 'tls.crt'));
    await refuses(1);
    expect(refusals[0]).toContain('does not exist');
    await put(b);
    await takes(b.cert);
  });

  it('tries what failed again, though nothing changes, and says so once', async () => {
    let fails = true;
    const source = counting(() => {
      if (now === NOW) return a;
      if (fails) throw new Error('too many open files');
      return b;
    });
    await start(source);
    now += 60_000;
    await eventually(() => {
      expect(source.asked).toBeGreaterThan(3);
    });
    expect(refusals).toEqual(['Error: too many open files']);
    fails = false;
    await takes(b.cert);
  });

  it('refuses a pair that is not valid yet until it is', async () => {
    await start();
    await put(later);
    await refuses(1);
    expect(refusals[0]).toContain('the certificate is not valid yet');
    now += LEAF_LIFETIME - DAY;
    await takes(later.cert);
  });

  it('refuses an expired pair as long as the one in use has not expired', async () => {
    now = NOW + LEAF_LIFETIME - DAY / 2;
    await put(later);
    await start();
    now = NOW + LEAF_LIFETIME;
    await put(a);
    await refuses(1);
    expect(refusals[0]).toContain('the certificate has expired');
    now = NOW + 2 * LEAF_LIFETIME;
    await takes(a.cert);
  });

  it('takes any pair at the start', async () => {
    now = NOW + LEAF_LIFETIME;
    await start();
    expect(watch?.current().cert).toBe(a.cert);
  });

  it('goes on with the old pair if the new one cannot be put to use', async () => {
    await start();
    use = () => {
      throw new Error('no cipher');
    };
    await put(b);
    await refuses(1);
    expect([watch?.current().cert, loads]).toEqual([a.cert, 1]);
    use = () => undefined;
    await takes(b.cert);
  });

  it('makes nothing of files that are written anew with what they held', async () => {
    const source = counting(() => a);
    await start(source);
    now += 60_000;
    await eventually(() => {
      expect(source.asked).toBe(2);
    });
    await watch?.stop();
    expect([used, loads, refusals]).toEqual([[], 1, []]);
  });

  it('renews the certificate of a folder when it grows old', async () => {
    const notes: string[] = [];
    const kept = join(dir, 'kept');
    await start(
      keptSource(
        { dir: kept, hosts: ['localhost'], clock: () => now },
        { info: (note) => notes.push(note), warn: () => undefined },
      ),
    );
    now += 25 * DAY;
    await eventually(() => {
      expect(used).toHaveLength(1);
    });
    expect(notes.at(-1)).toContain('nears the end of its life');
  });

  it('goes on with the certificate of a folder whose authority loses its key', async () => {
    const warnings: string[] = [];
    const kept = join(dir, 'kept');
    const notes = { info: () => undefined, warn: (note: string) => warnings.push(note) };
    await start(keptSource({ dir: kept, hosts: ['localhost'], clock: () => now }, notes));
    expect(warnings).toEqual([expect.stringContaining('the caBundle')]);
    await rm(join(kept, 'ca.key'));
    await refuses(1);
    expect(refusals[0]).toContain('ca.key is missing');
    expect([used, loads, warnings.length]).toEqual([[], 1, 1]);
  });

  it('does not start without a pair', async () => {
    await rm(join(dir, 'tls.key'));
    await expect(start()).rejects.toThrow('does not exist');
    expect(() => watch?.current()).toThrow('no certificate yet');
  });
});
