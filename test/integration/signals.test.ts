import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aReview } from '../support/review.js';
import { startCallers } from './support/callers.js';
import { getPage, openReview } from './support/client.js';
import { kill, startServe, type Running } from './support/process.js';

/** How often the process is stopped under load; `SIGTERMS=100` shows more, in about five minutes. */
const TIMES = Number(process.env['SIGTERMS'] ?? 6);
const BODY = JSON.stringify(aReview());

describe('SIGTERM', () => {
  let dir = '';
  let running: Running | undefined;
  const start = async (...flags: string[]): Promise<Running> => {
    running = await startServe(['--cert-dir', join(dir, 'certs'), ...flags]);
    return running;
  };
  const authority = (): Promise<Buffer> => readFile(join(dir, 'certs/ca.crt'));

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  });
  afterEach(() => kill(running?.child));
  afterAll(() => rm(dir, { recursive: true }));

  it(
    'loses no call under load, and no line of the log',
    { timeout: 60_000 + TIMES * 15_000 },
    async () => {
      const sums = { answered: 0, refused: 0, unshaken: 0, lost: [] as string[] };
      for (let n = 0; n < TIMES; n += 1) {
        const { child, log, webhook, ended } = await start('--settle-seconds', String(n % 2));
        const ca = await authority();
        const callers = startCallers(webhook, ca, { body: BODY, kept: 6, fresh: 2 });
        await callers.answers(60 + n);
        child.kill('SIGTERM');
        await callers.ended;
        expect(await ended).toBe(0);
        const { calls } = callers;
        sums.answered += calls.answered;
        sums.refused += calls.refused;
        sums.unshaken += calls.unshaken;
        sums.lost.push(...calls.lost);
        expect(log.lines().filter(({ msg }) => msg === 'review decided')).toHaveLength(
          calls.answered + calls.lost.length,
        );
        expect(log.lines().slice(-1)[0]?.msg).toBe('stopped');
        expect(log.lines().filter(({ msg }) => msg === 'connections cut')).toEqual([]);
      }
      if (process.env['SIGTERMS'] !== undefined) console.log(sums);
      expect(sums.lost).toEqual([]);
    },
  );

  it('goes on for the time that the cluster needs, while it is not ready', async () => {
    const { child, log, webhook, ops, ended } = await start('--settle-seconds', '3');
    const stopping = log.line(({ msg }) => msg === 'stopping');
    child.kill('SIGTERM');
    await stopping;
    expect((await getPage(ops, '/readyz')).status).toBe(503);
    const callers = startCallers(webhook, await authority(), { body: BODY, kept: 1, fresh: 1 });
    await callers.answers(10);
    await callers.ended;
    expect(await ended).toBe(0);
    expect(callers.calls.lost).toEqual([]);
  });

  it('ends at once when it comes twice', async () => {
    const { child, log, webhook, ended } = await start('--drain-seconds', '3600');
    const request = openReview(webhook, {
      ca: await authority(),
      agent: false,
      headers: { 'content-length': '100', expect: '100-continue' },
    });
    request.on('error', () => undefined).flushHeaders();
    await once(request, 'continue');
    const stopping = log.line(({ msg }) => msg === 'stopping');
    child.kill('SIGTERM');
    await stopping;
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
  });
});
