import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeServer } from '../../src/server/listener.js';
import type { Kept } from '../../src/certs/keep.js';
import { anOutcome, aReview } from '../support/review.js';
import { answerTo, getPage, openReview, postReview } from './support/client.js';
import { someCertificates, startInjector, type Injector } from './support/injector.js';
import { freePort } from './support/process.js';

let certificates: Kept;
let injector: Injector;

beforeAll(async () => {
  certificates = await someCertificates();
});

afterEach(async () => {
  await injector.server.stop({ settle: 0, deadline: 0 });
});

async function start(checks = {}): Promise<void> {
  injector = await startInjector({ certificates, engine: () => anOutcome(), checks });
}

const BODY = JSON.stringify(aReview());

/** A review whose headers the server has seen, and whose body it waits for. */
async function half(agent: Agent | false = false) {
  const request = openReview(injector.addresses.webhook, {
    ca: certificates.ca,
    agent,
    headers: { 'content-length': String(Buffer.byteLength(BODY)), expect: '100-continue' },
  });
  request.flushHeaders();
  await once(request, 'continue');
  request.write(BODY.slice(0, 100));
  return { request, finish: () => request.end(BODY.slice(100)), answer: answerTo(request) };
}

const post = (agent: Agent | false = false) =>
  postReview(injector.addresses.webhook, BODY, { ca: certificates.ca, agent });

describe('readiness', () => {
  it('names each check that fails', async () => {
    const state: { problem?: string } = { problem: 'not loaded yet' };
    await start({ world: () => state.problem, certificate: () => undefined });
    const { status, body } = await getPage(injector.addresses.ops, '/readyz');
    expect([status, body]).toEqual([503, 'world: not loaded yet\n']);
    delete state.problem;
    expect((await getPage(injector.addresses.ops, '/readyz')).status).toBe(200);
  });
});

describe('stop', () => {
  it('loses no request in flight, and is not ready meanwhile', async () => {
    await start();
    const halves = await Promise.all(Array.from({ length: 10 }, () => half()));
    const stopped = injector.server.stop({ settle: 0, deadline: 10_000 });
    const { status, body } = await getPage(injector.addresses.ops, '/readyz');
    expect([status, body]).toEqual([503, 'stopping: no new work is taken\n']);
    expect((await getPage(injector.addresses.ops, '/healthz')).status).toBe(200);
    await expect(post()).rejects.toThrow('ECONNREFUSED');
    for (const { finish } of halves) finish();
    const answers = await Promise.all(halves.map(({ answer }) => answer));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200));
    expect(answers.map(({ headers }) => headers.connection)).toEqual(Array(10).fill('close'));
    expect(await stopped).toEqual({ cut: 0 });
    await expect(getPage(injector.addresses.ops, '/healthz')).rejects.toThrow('ECONNREFUSED');
  });

  it('closes idle connections, and those in use after their request', async () => {
    await start();
    const agent = new Agent({ keepAlive: true });
    await post(agent);
    const { finish, answer } = await half(agent);
    const stopped = injector.server.stop({ settle: 0, deadline: 10_000 });
    finish();
    expect((await answer).status).toBe(200);
    expect(await stopped).toEqual({ cut: 0 });
    agent.destroy();
  });

  it('goes on serving while the cluster settles, but no longer keeps connections', async () => {
    await start();
    const agent = new Agent({ keepAlive: true });
    expect((await post(agent)).headers.connection).toBe('keep-alive');
    const stopped = injector.server.stop({ settle: 500, deadline: 10_000 });
    const { status, headers } = await post(agent);
    expect([status, headers.connection]).toEqual([200, 'close']);
    expect((await getPage(injector.addresses.ops, '/readyz')).status).toBe(503);
    expect(await stopped).toEqual({ cut: 0 });
  });

  it('does not wait for a connection that was never used', async () => {
    await start();
    const { port, host } = injector.addresses.webhook;
    const spare = connectTls({ port, host, ca: certificates.ca });
    await once(spare, 'secureConnect');
    const closed = once(spare, 'close');
    expect(await injector.server.stop({ settle: 0, deadline: 4_000 })).toEqual({ cut: 0 });
    await closed;
  });

  it('cuts what is left at the deadline', async () => {
    await start();
    const { answer } = await half();
    const silent = connect(injector.addresses.webhook);
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    const lost = expect(answer).rejects.toThrow();
    expect(await injector.server.stop({ settle: 0, deadline: 50 })).toEqual({ cut: 2 });
    await lost;
  });

  it('is done once, however often it is asked for', async () => {
    await start();
    const first = injector.server.stop({ settle: 0, deadline: 1_000 });
    expect(injector.server.stop({ settle: 0, deadline: 0 })).toBe(first);
    await first;
  });
});

describe('start', () => {
  const optionsFor = (port: number, opsPort: number) => ({
    webhook: { host: '127.0.0.1', port, cert: certificates.cert, key: certificates.key },
    ops: { host: '127.0.0.1', port: opsPort },
    handle: () => ({ status: 400, json: false, body: '' }),
    observe: { malformed: () => undefined, connectionFailed: () => undefined },
    checks: {},
    metrics: { text: () => Promise.resolve(''), contentType: 'text/plain' },
  });

  it('says which address is taken', async () => {
    await start();
    const { port } = injector.addresses.webhook;
    await expect(makeServer(optionsFor(port, 0)).start()).rejects.toThrow(
      `listening on 127.0.0.1:${port}`,
    );
  });

  it('leaves nothing open if the second listener fails', async () => {
    await start();
    const { port } = injector.addresses.ops;
    const free = await freePort();
    await expect(makeServer(optionsFor(free, port)).start()).rejects.toThrow(
      `listening on 127.0.0.1:${port}`,
    );
    await expect(getPage({ host: '127.0.0.1', port: free }, '/')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('renew', () => {
  it('serves the new certificate to new connections and keeps the old ones', async () => {
    await start();
    const renewed = await someCertificates();
    const pending = await half();
    injector.server.renew(renewed);
    const { status } = await postReview(injector.addresses.webhook, BODY, {
      ca: renewed.ca,
      agent: false,
    });
    expect(status).toBe(200);
    await expect(post()).rejects.toThrow();
    pending.finish();
    expect((await pending.answer).status).toBe(200);
  });

  it('keeps the old certificate if the new one is unusable', async () => {
    await start();
    expect(() => {
      injector.server.renew({ cert: 'garbage', key: 'garbage' });
    }).toThrow();
    expect((await post()).status).toBe(200);
  });
});
