import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMIT } from '../../src/telemetry/log-queue.js';
import { aReview } from '../support/review.js';
import { getPage, postReview } from './support/client.js';
import { makeFifo, type Fifo } from './support/fifo.js';
import { freePort, kill, spawnServe } from './support/process.js';

/** Throws outside of everything on SIGUSR2, as a bug might. */
const BOMB = ['--import', 'data:text/javascript,process.on("SIGUSR2",()=>{throw Error("boom")})'];
/** Long names make long lines: the pipe and the queue are full after fewer reviews. */
const LONG_NAME = 'n'.repeat(253);

describe('a log that nobody takes', () => {
  let dir = '';
  let fifo: Fifo;
  let child: ChildProcess;
  let agent: Agent;
  let webhook = { host: '127.0.0.1', port: 0 };
  let ops = webhook;

  const spawn = (
    stdout: number,
    flags: readonly string[] = [],
    nodeFlags: readonly string[] = [],
  ) => {
    child = spawnServe(
      ['--cert-dir', join(dir, 'certs'), ...flags],
      ['ignore', stdout, 'pipe'],
      nodeFlags,
    );
    closeSync(stdout);
  };
  const trust = async (): Promise<void> => {
    agent = new Agent({ keepAlive: true, ca: await readFile(join(dir, 'certs/ca.crt')) });
  };
  const start = async (nodeFlags: readonly string[] = []): Promise<void> => {
    spawn(fifo.writeEnd, [], nodeFlags);
    const { port, opsPort } = await fifo.until(({ msg }) => msg === 'listening');
    webhook = { ...webhook, port: Number(port) };
    ops = { ...ops, port: Number(opsPort) };
    await trust();
  };
  const review = async (uid: string, namespace = 'shop'): Promise<void> => {
    const body = aReview({ uid, namespace, dryRun: true });
    expect((await postReview(webhook, body, { agent })).status).toBe(200);
  };
  const dropped = async (): Promise<number> => {
    const { body } = await getPage(ops, '/metrics');
    return Number(/^ds_injector_log_lines_dropped_total (\d+)$/m.exec(body)?.[1]);
  };
  const uids = (): unknown[] =>
    fifo
      .lines()
      .filter(({ msg }) => msg === 'review decided')
      .map(({ uid }) => uid);
  const ended = async (): Promise<number | null> => {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
    fifo = makeFifo(join(dir, 'stdout'));
  });
  afterEach(async () => {
    agent.destroy();
    await kill(child);
    fifo.close();
    await rm(dir, { recursive: true });
  });

  it('holds up no review, costs bounded memory, and misses whole lines that are counted', async () => {
    await start();
    let sent = 0;
    for (let size = 0; size < 1.5 * LIMIT; size += 3 * LONG_NAME.length) {
      await review(`${String(sent).padStart(8, '0')}${LONG_NAME}`, LONG_NAME);
      sent += 1;
    }
    const lost = await dropped();
    expect(lost).toBeGreaterThan(0);
    const { lines } = await fifo.until(({ msg }) => msg.startsWith('log lines lost'));
    expect(lines).toBe(lost);
    await review('last');
    await fifo.until(({ uid }) => uid === 'last');
    const kept = uids()
      .slice(0, -1)
      .map((uid) => Number(String(uid).slice(0, 8)));
    expect(kept).toEqual(Array.from({ length: sent - lost }, (_, n) => n));
    expect(await dropped()).toBe(lost);
  });

  it('is written when its reader comes back', async () => {
    await start();
    fifo.close();
    await review('while it is away');
    await review('still');
    fifo.reopen();
    await review('back');
    await fifo.until(({ uid }) => uid === 'back');
    expect(uids()).toEqual(['while it is away', 'still', 'back']);
    expect(await dropped()).toBe(0);
  });

  it('may be on a disk that is full', async () => {
    const port = await freePort();
    spawn(openSync('/dev/full', 'w'), ['--port', String(port)]);
    webhook = { ...webhook, port };
    closeSync(fifo.writeEnd);
    await vi.waitFor(trust, { timeout: 30_000, interval: 20 });
    await vi.waitFor(() => review('1'), { timeout: 30_000, interval: 20 });
    await review('2');
    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
  });

  it('does not keep the process from ending', async () => {
    await start();
    for (let n = 0; n < 150; n += 1) await review(`${n}${LONG_NAME}`, LONG_NAME);
    child.kill('SIGTERM');
    expect(await ended()).toBe(0);
    await fifo.rest();
    expect(uids().length).toBeGreaterThan(50);
  });

  it('has every line when the process is stopped', async () => {
    await start();
    for (let n = 0; n < 100; n += 1) await review(String(n));
    child.kill('SIGTERM');
    await fifo.rest();
    expect(uids()).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
    expect(
      fifo
        .lines()
        .slice(-2)
        .map(({ msg }) => msg),
    ).toEqual(['stopping', 'stopped']);
  });

  it('has every line when the process dies of a fault', async () => {
    await start(BOMB);
    const exit = ended();
    const stderr: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
    const reviews = Array.from({ length: 100 }, (_, n) => review(String(n)));
    await Promise.all(reviews);
    child.kill('SIGUSR2');
    expect(await exit).toBe(1);
    await fifo.rest();
    expect(uids()).toHaveLength(100);
    expect(stderr.join('')).toContain('ds-injector: Error: boom');
  });
});
