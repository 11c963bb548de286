import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aReview } from '../support/review.js';
import { cpuOf, kill, startServe, type Running } from './support/process.js';
import { openPlainWire, openWire, rawRequest, rawReview, type Wire } from './support/wire.js';

let dir = '';
let running: Running;
let ca: Buffer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  running = await startServe(['--cert-dir', join(dir, 'certs')]);
  ca = await readFile(join(dir, 'certs/ca.crt'));
});

afterAll(async () => {
  await kill(running.child);
  await rm(dir, { recursive: true });
});

const open = (listener: 'webhook' | 'ops'): Promise<Wire> =>
  listener === 'ops' ? openPlainWire(running.ops) : openWire(running.webhook, { ca });

/**
 * Seconds of CPU that each of so many connections costs, one after the other, on which a text is sent until it is cut or
 * has all been taken.
 */
async function costOf(listener: 'webhook' | 'ops', text: string, connections: number) {
  const before = await cpuOf(running);
  for (let n = 0; n < connections; n += 1) {
    const wire = await open(listener);
    const sent = new Promise((resolve) => wire.socket.write(text, resolve));
    await Promise.race([wire.closed(), Promise.all([sent, wire.answers(1)])]);
    wire.socket.destroy();
  }
  return ((await cpuOf(running)) - before) / connections;
}

const last = 'Connection: close';
const pages = [rawRequest('GET /healthz'), rawRequest('GET /healthz', [last])] as const;
const reviews = [rawReview(aReview()), rawReview(aReview(), last)] as const;
const hostless = 'GET / HTTP/1.1\r\n\r\n';
const chunks = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
const bytes = '1\r\nx\r\n'.repeat(100_000);

describe.skipIf(process.platform !== 'linux')('what a parser would take long for', () => {
  it.each([
    ['ops', 'pages', pages[0].repeat(5_000), pages[1]],
    ['webhook', 'pages', pages[0].repeat(5_000), pages[1]],
    ['ops', 'requests without a host', hostless.repeat(10_000), pages[1]],
    ['webhook', 'requests without a host', hostless.repeat(10_000), pages[1]],
    ['webhook', 'reviews', reviews[0].repeat(1_000), reviews[1]],
    ['ops', 'chunks of one byte', rawRequest('POST /', chunks, bytes), pages[1]],
    ['webhook', 'chunks of one byte', rawRequest('GET /', chunks, bytes), pages[1]],
    [
      'webhook',
      'chunks of one byte for a review',
      rawRequest('POST /mutate', chunks, bytes),
      reviews[1],
    ],
    [
      'webhook',
      'chunks of one byte for no review',
      rawRequest('POST /', chunks, bytes),
      reviews[1],
    ],
  ] as const)(
    'costs hardly more than one request (%s, %s)',
    async (listener, _, flood, one) => {
      // The first ones compile the code.
      await costOf(listener, one, 80);
      await costOf(listener, flood, 5);
      const honest = await costOf(listener, one, 80);
      // Parsed to the end of what is read at once, a flood costs from 10 to 100 times as much.
      expect(await costOf(listener, flood, 25)).toBeLessThan(6 * honest);
    },
    60_000,
  );
});
