import { Agent } from 'node:https';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Kept } from '../../src/certs/keep.js';
import type { Limits } from '../../src/server/limits.js';
import { anOutcome, aReview } from '../support/review.js';
import { postReview } from './support/client.js';
import { someCertificates, startInjector, type Injector } from './support/injector.js';
import {
  openPlainWire,
  openWire,
  rawRequest,
  rawReview,
  untilFaults,
  type Wire,
} from './support/wire.js';

let certificates: Kept;
let injector: Injector;
let calls: number;

/** More than the socket buffers of both sides take. */
const HUGE = 'x'.repeat(12 * 1024 * 1024);

beforeAll(async () => {
  certificates = await someCertificates();
});

afterEach(async () => {
  expect(await injector.server.stop({ settle: 0, deadline: 5_000 })).toEqual({ cut: 0 });
});

async function start(limits: Partial<Limits> = {}): Promise<void> {
  calls = 0;
  injector = await startInjector({
    certificates,
    engine: ({ namespace }) => {
      calls += 1;
      return namespace === 'huge'
        ? anOutcome({ operations: [{ op: 'add', path: '/metadata', value: HUGE }] })
        : anOutcome();
    },
    limits,
  });
}

const tls = (deaf = false) => openWire(injector.addresses.webhook, { ca: certificates.ca, deaf });

const post = (agent: Agent | false = false) =>
  postReview(injector.addresses.webhook, aReview(), { ca: certificates.ca, agent });

const review = rawReview(aReview());

describe('pipelining', () => {
  it('is answered in order, each call with its own answer', async () => {
    await start();
    const wire = await tls();
    const uids = ['a', 'b', 'c', 'd', 'e'].map((name) => `uid-${name}`);
    wire.socket.write(
      uids.map((uid, n) => (n === 2 ? rawReview('garbage') : rawReview(aReview({ uid })))).join(''),
    );
    expect(await wire.answers(5)).toEqual([200, 200, 400, 200, 200]);
    const answered = [...wire.received().matchAll(/"uid":"(uid-.)"/g)].map(([, uid]) => uid);
    expect(answered).toEqual(uids.filter((_, n) => n !== 2));
    wire.socket.destroy();
  });

  it.each(['webhook', 'ops'] as const)('is cut if it is a flood (%s)', async (listener) => {
    await start({ waiting: 4 });
    const wire = listener === 'ops' ? await openPlainWire(injector.addresses.ops) : await tls();
    wire.socket.write((listener === 'ops' ? rawRequest('GET /metrics') : review).repeat(500));
    await wire.closed();
    await untilFaults(injector, 'flooded');
    expect(calls).toBeLessThanOrEqual(5);
    expect((await post()).status).toBe(200);
  });

  it('does no work for a caller that has gone', async () => {
    await start();
    const wire = await tls(true);
    wire.socket.write(rawReview(aReview({ namespace: 'huge' })) + review.repeat(5));
    await vi.waitFor(() => {
      expect(calls).toBe(1);
    });
    wire.socket.destroy();
    await untilFaults(injector, 'reset');
    await post();
    expect(calls).toBe(2);
  });
});

describe('memory', () => {
  const half = (bytes: number): string =>
    `${rawRequest('POST /mutate', ['Content-Type: application/json', 'Content-Length: 6000000'])}${'x'.repeat(bytes)}`;

  it('is taken from the body that came first, which gets 503; small ones get through', async () => {
    await start({ memory: 1_000_000 });
    const wires: Wire[] = [];
    for (let n = 0; n < 3; n += 1) {
      const wire = await tls();
      await new Promise((resolve) => wire.socket.write(half(600_000), resolve));
      wires.push(wire);
    }
    expect(await wires[0]?.answers(1)).toEqual([503]);
    expect(await wires[1]?.answers(1)).toEqual([503]);
    expect(wires[0]?.received()).toMatch(/retry-after: 1\r\n[^]*connection: close/i);
    expect((await post()).status).toBe(200);
    expect(wires[2]?.statuses()).toEqual([]);
    expect(injector.lines.join('')).toContain('"problem":"overloaded","status":503');
    for (const { socket } of wires) socket.destroy();
  });

  it.each([
    ['share of memory', 1_000_000, 3_000, 503],
    ['number of pieces', 100_000_000, 20_000, 400],
  ])('is not taken by a body that comes byte by byte, beyond its %s', async (...row) => {
    const [, memory, pieces, status] = row;
    await start({ memory });
    const wire = await tls();
    const headers = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
    wire.socket.write(rawRequest('POST /mutate', headers, '1\r\nx\r\n'.repeat(pieces)));
    expect(await wire.answers(1)).toEqual([status]);
    wire.socket.destroy();
  });

  it('is taken from an answer that nobody reads', async () => {
    await start({ memory: 50_000_000 });
    const wires = [await tls(true), await tls(true)];
    for (const { socket } of wires) socket.write(rawReview(aReview({ namespace: 'huge' })));
    await untilFaults(injector, 'answer_dropped');
    expect((await post()).status).toBe(200);
    for (const { socket } of wires) socket.destroy();
  });

  it('is given back', async () => {
    await start({ memory: 1_000_000 });
    for (let n = 0; n < 20; n += 1) {
      const { socket } = await tls();
      await new Promise((resolve) => socket.write(half(100_000), resolve));
      socket.destroy();
    }
    const review = aReview({ object: { metadata: { annotations: { big: 'x'.repeat(900_000) } } } });
    const { ca } = certificates;
    const { status } = await postReview(injector.addresses.webhook, review, { ca, agent: false });
    expect(status).toBe(200);
  });
});

describe('too many connections', () => {
  const kinds: Record<string, () => Promise<Wire>> = {
    'without a handshake': () => openPlainWire(injector.addresses.webhook),
    'without a request': () => tls(),
    'with half a request': async () => {
      const wire = await tls();
      await new Promise((resolve) => wire.socket.write(review.slice(0, -5), resolve));
      return wire;
    },
    'after a request': async () => {
      const wire = await tls();
      wire.socket.write(review);
      await wire.answers(1);
      return wire;
    },
  };

  it.each(Object.entries(kinds))('%s push each other out, and nobody else', async (_, open) => {
    await start({ connections: 12 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    agent.on('free', (socket: { localPort?: number }) => ports.add(socket.localPort));
    const wires: Wire[] = [];
    for (let n = 0; n < 30; n += 1) {
      wires.push(await open());
      expect((await post(agent)).status).toBe(200);
    }
    await untilFaults(injector, 'crowded_out', 19);
    await wires[0]?.closed();
    expect(wires.at(-1)?.socket.destroyed).toBe(false);
    expect(ports.size).toBe(1);
    expect((await post()).status).toBe(200);
    agent.destroy();
    for (const { socket } of wires) socket.destroy();
  });

  it('are bounded on the plain listener, too', async () => {
    await start({ opsConnections: 3 });
    const wires = [];
    for (let n = 0; n < 5; n += 1) wires.push(await openPlainWire(injector.addresses.ops));
    await wires[0]?.closed();
    await wires[1]?.closed();
    await untilFaults(injector, 'crowded_out', 2);
    for (const { socket } of wires) socket.destroy();
  });
});
