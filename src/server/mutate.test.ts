import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MalformedEvent } from '../admission/observer.js';
import { BODY_LIMIT } from './body.js';
import { shareMemory } from './memory.js';
import { makeMutate } from './mutate.js';

let server: Server;
let port: number;
let events: MalformedEvent[];
let bodies: Buffer[];

beforeEach(async () => {
  [events, bodies] = [[], []];
  const mutate = makeMutate({
    handle: (body) => {
      bodies.push(body);
      if (body.toString() === 'throw') throw new Error('an observer failed');
      return { status: 418, json: false, body: 'a sentence' };
    },
    observe: { malformed: (event) => void events.push(event) },
    memory: shareMemory(100 * BODY_LIMIT),
    dropped: () => undefined,
    linger: 1_000,
  });
  server = createServer(mutate).on('checkContinue', mutate).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}/mutate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

/** Opens a POST and waits until the server reads its body. */
async function open() {
  const request = httpRequest({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/mutate',
    headers: { 'content-type': 'application/json', expect: '100-continue' },
  });
  request.on('error', () => undefined);
  request.flushHeaders();
  await once(request, 'continue');
  return request;
}

describe('makeMutate', () => {
  it('hands on the body byte by byte and sends a sentence as text', async () => {
    const response = await post('{"ä":1}');
    expect(bodies).toEqual([Buffer.from('{"ä":1}')]);
    expect(response.status).toBe(418);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe('a sentence\n');
    expect(events).toEqual([]);
  });

  it('reports a refused call with its caller', async () => {
    await post('{}', { 'content-type': 'text/plain' });
    expect(events).toEqual([{ problem: 'wrong_content_type', status: 415, remote: '127.0.0.1' }]);
    expect(bodies).toEqual([]);
  });

  it('takes a body up to the limit and not a byte more', async () => {
    expect((await post('x'.repeat(BODY_LIMIT))).status).toBe(418);
    expect((await post('x'.repeat(BODY_LIMIT + 1))).status).toBe(413);
    expect(events.map(({ problem }) => problem)).toEqual(['too_large']);
  });

  it('closes the connection of a caller that neither goes on nor hangs up', async () => {
    const socket = connect({ port, host: '127.0.0.1' });
    const head = ['POST /mutate HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
    socket.write([...head, `Content-Length: ${BODY_LIMIT + 1}`, '', ''].join('\r\n'));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 413 [^]*7 MiB/);
  });

  it('forgets a caller that hangs up', async () => {
    const request = await open();
    request.write('{');
    request.destroy();
    await vi.waitFor(() => {
      expect(events.map(({ problem }) => problem)).toEqual(['aborted']);
    });
    expect(bodies).toEqual([]);
  });

  it('survives an observer that throws', async () => {
    await expect(post('throw')).rejects.toThrow();
    expect((await post('{}')).status).toBe(418);
  });
});
