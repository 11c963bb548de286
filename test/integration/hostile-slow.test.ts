import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Kept } from '../../src/certs/keep.js';
import { anOutcome, aReview } from '../support/review.js';
import { postReview } from './support/client.js';
import { someCertificates, startInjector, type Injector } from './support/injector.js';
import { openPlainWire, openWire, rawReview, untilFaults } from './support/wire.js';

let certificates: Kept;
let injector: Injector;

/** More than the socket buffers of both sides take. */
const HUGE = 'x'.repeat(12 * 1024 * 1024);

beforeAll(async () => {
  certificates = await someCertificates();
  injector = await startInjector({
    certificates,
    engine: ({ namespace }) =>
      namespace === 'huge'
        ? anOutcome({ operations: [{ op: 'add', path: '/metadata', value: HUGE }] })
        : anOutcome(),
    // Long enough for what a well-behaved caller does on a busy machine.
    limits: { headers: 1_500, request: 1_500, exchange: 2_500, linger: 100, sweep: 100 },
  });
});

afterAll(async () => {
  expect(await injector.server.stop({ settle: 0, deadline: 5_000 })).toEqual({ cut: 0 });
});

const untilLogged = (text: string, from = 0): Promise<void> =>
  vi.waitFor(
    () => {
      expect(injector.lines.slice(from).join('')).toContain(text);
    },
    { timeout: 20_000, interval: 20 },
  );

const STALLED_ANSWER = '"kind":"stalled","code":"BUSY"';

const tls = (deaf = false) => openWire(injector.addresses.webhook, { ca: certificates.ca, deaf });

const review = rawReview(aReview());

// One after the other, they would mostly wait.
describe.concurrent('a caller that is slow', () => {
  it('to shake hands is cut', async () => {
    const wire = await openPlainWire(injector.addresses.webhook);
    // The head of a record of which nothing follows.
    wire.socket.write(Buffer.from([22, 3, 1, 2, 0]));
    await wire.closed();
    await untilFaults(injector, 'tls_timeout');
  });

  it.each(['webhook', 'ops'] as const)('to ask for anything gets 408 (%s)', async (listener) => {
    const wire = listener === 'ops' ? await openPlainWire(injector.addresses.ops) : await tls();
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 408 /);
    await untilFaults(injector, 'request_timeout');
  });

  it.each([
    ['headers', 0],
    ['body', review.indexOf('{')],
  ])('with its %s gets 408', async (_, start) => {
    const wire = await tls();
    wire.socket.write(review.slice(0, start));
    let sent = start;
    const drip = setInterval(() => wire.socket.write(review.charAt(sent++)), 20);
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
    await untilFaults(injector, 'request_timeout');
  });

  it('with its second request gets 408, too', async () => {
    const wire = await tls();
    wire.socket.write(review);
    await wire.answers(1);
    wire.socket.write(review.slice(0, -1));
    await wire.closed();
    expect(wire.statuses()).toEqual([200, 408]);
  });

  it('to take its answer is cut, and others are served meanwhile', async () => {
    const wire = await tls(true);
    wire.socket.write(rawReview(aReview({ namespace: 'huge' })));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { ca } = certificates;
    const { status } = await postReview(injector.addresses.webhook, aReview(), { ca, agent });
    expect(status).toBe(200);
    await untilLogged(STALLED_ANSWER);
    agent.destroy();
    wire.socket.destroy();
  });

  it('to close after its last answer is cut', async () => {
    const wire = await openPlainWire(injector.addresses.ops, true);
    wire.socket.write('NONSENSE\r\n\r\n');
    await untilLogged('"kind":"stalled","code":"ENDING"');
    wire.socket.destroy();
  });

  it('to go on after FIN is closed', async () => {
    const wire = await openPlainWire(injector.addresses.ops, true);
    wire.socket.end();
    await wire.closed();
  });
});

describe('a caller that is quick', () => {
  it('keeps its idle connection for longer than all of those times', async () => {
    const wire = await tls();
    wire.socket.write(review);
    await wire.answers(1);
    // Another caller's stalled answer shows that the times have passed.
    const from = injector.lines.length;
    const other = await tls(true);
    other.socket.write(rawReview(aReview({ namespace: 'huge' })));
    await untilLogged(STALLED_ANSWER, from);
    other.socket.destroy();
    wire.socket.write(review);
    expect(await wire.answers(2)).toEqual([200, 200]);
    wire.socket.destroy();
  });
});
