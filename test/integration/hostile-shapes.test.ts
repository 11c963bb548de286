import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Kept } from '../../src/certs/keep.js';
import type { FaultKind } from '../../src/server/faults.js';
import { anOutcome, aReview } from '../support/review.js';
import { postReview } from './support/client.js';
import { someCertificates, startInjector, type Injector } from './support/injector.js';
import {
  faultsOf,
  openPlainWire,
  openWire,
  rawRequest,
  rawReview,
  untilFaults,
} from './support/wire.js';

let certificates: Kept;
let injector: Injector;

beforeAll(async () => {
  certificates = await someCertificates();
  injector = await startInjector({ certificates, engine: () => anOutcome() });
});

afterAll(async () => {
  expect(await injector.server.stop({ settle: 0, deadline: 5_000 })).toEqual({ cut: 0 });
});

/** Whatever was sent, the next caller is served. */
afterEach(async () => {
  const ca = certificates.ca;
  const { status } = await postReview(injector.addresses.webhook, aReview(), { ca, agent: false });
  expect(status).toBe(200);
});

const tls = () => openWire(injector.addresses.webhook, { ca: certificates.ca });

const JSON_TYPE = 'Content-Type: application/json';
const review = rawReview(aReview());
/** A chunk, and the last one. */
const chunkOf = (text: string): string =>
  `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`;

describe('what is no request', () => {
  const cases: Record<string, readonly [text: string, status: number, kind: FaultKind]> = {
    garbage: ['NONSENSE\r\n\r\n', 400, 'not_http'],
    'the preface of HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'not_http'],
    'no carriage returns': ['GET /healthz HTTP/1.1\nHost: x\n\n', 400, 'not_http'],
    'a header with a NUL': [rawRequest('GET /healthz', ['A: \0']), 400, 'not_http'],
    'a folded header': [rawRequest('GET /healthz', ['A: b', ' c']), 400, 'not_http'],
    'two lengths': [
      rawRequest('POST /mutate', [JSON_TYPE, 'Content-Length: 2', 'Content-Length: 3'], '{}'),
      400,
      'not_http',
    ],
    'a negative length': [rawRequest('POST /mutate', ['Content-Length: -1']), 400, 'not_http'],
    'a length beyond 64 bits': [
      rawRequest('POST /mutate', [`Content-Length: ${'9'.repeat(30)}`]),
      400,
      'not_http',
    ],
    'a length and chunks (smuggling)': [
      rawReview(aReview(), 'Transfer-Encoding: chunked'),
      400,
      'not_http',
    ],
    'a chunk without a size': [
      rawRequest('POST /mutate', [JSON_TYPE, 'Transfer-Encoding: chunked'], 'zz\r\n'),
      400,
      'not_http',
    ],
    'an endless chunk extension': [
      rawRequest(
        'POST /mutate',
        [JSON_TYPE, 'Transfer-Encoding: chunked'],
        `2;${'a'.repeat(20_000)}`,
      ),
      400,
      'not_http',
    ],
    'a long header': [
      rawRequest('GET /healthz', [`A: ${'a'.repeat(20_000)}`]),
      431,
      'headers_too_large',
    ],
    'many headers': [
      rawRequest('GET /healthz', Array<string>(5_000).fill('Name: value')),
      431,
      'headers_too_large',
    ],
    'a long URL': [rawRequest(`GET /${'a'.repeat(20_000)}`), 431, 'headers_too_large'],
    'no host': ['GET /healthz HTTP/1.1\r\n\r\n', 400, 'not_http'],
    'no host, with a body that is never read': [
      `POST /mutate HTTP/1.1\r\nContent-Length: 5\r\n\r\n{}`,
      400,
      'not_http',
    ],
    'chunks for a page': [
      rawRequest('GET /healthz', ['Transfer-Encoding: chunked'], '1\r\nx\r\n'),
      411,
      'length_required',
    ],
    CONNECT: ['CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405, 'unsupported'],
  };

  it.each(Object.entries(cases))(
    'gets an answer and is counted: %s',
    async (_, [text, status, kind]) => {
      const before = await faultsOf(injector, kind);
      const wire = await tls();
      wire.socket.write(text);
      expect(await wire.closed()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(wire.statuses()).toEqual([status]);
      expect(await faultsOf(injector, kind)).toBe(before + 1);
    },
  );

  it.each(['NONSENSE\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'])(
    'gets an answer on the plain listener: %j',
    async (text) => {
      const wire = await openPlainWire(injector.addresses.ops);
      wire.socket.write(text);
      expect(await wire.closed()).toMatch(/^HTTP\/1\.1 40[05] /);
    },
  );

  it('does not take the answer from the request before it', async () => {
    const wire = await tls();
    wire.socket.write(`${review}NONSENSE\r\n\r\n`);
    await wire.closed();
    expect(wire.statuses()).toEqual([200]);
    expect(wire.received()).toContain('"allowed":true');
  });

  it('does not take the answer from the request before it by its chunks either', async () => {
    const wire = await tls();
    wire.socket.write(review + rawRequest('GET /healthz', ['Transfer-Encoding: chunked']));
    await wire.closed();
    expect(wire.statuses()).toEqual([200]);
  });

  it('gets an answer on a connection that was used before', async () => {
    const wire = await tls();
    wire.socket.write(review);
    await wire.answers(1);
    wire.socket.write('NONSENSE\r\n\r\n');
    await wire.closed();
    expect(wire.statuses()).toEqual([200, 400]);
  });
});

describe('a request of an unusual shape', () => {
  const chunked = ['Transfer-Encoding: chunked', JSON_TYPE];
  const cases: Record<string, readonly [text: string, status: number, problem?: string]> = {
    'HTTP/1.0': [review.replace('HTTP/1.1', 'HTTP/1.0'), 200],
    'HTTP/1.0 without a host': ['GET /healthz HTTP/1.0\r\n\r\n', 200],
    'the whole URL': [review.replace('/mutate', 'https://injector:443/mutate?timeout=1s'), 200],
    'an upgrade': [rawReview(aReview(), 'Connection: upgrade', 'Upgrade: websocket'), 200],
    'another path': [review.replace('/mutate', '/mutate/'), 404, 'wrong_path'],
    'an encoded path': [review.replace('/mutate', '/%6dutate'), 404, 'wrong_path'],
    TRACE: [rawRequest('TRACE /mutate'), 405, 'wrong_method'],
    OPTIONS: [rawRequest('OPTIONS /mutate'), 405, 'wrong_method'],
    'OPTIONS *': [rawRequest('OPTIONS *'), 404],
    'an expectation': [rawReview(aReview(), 'Expect: tea'), 417, 'wrong_expectation'],
    brotli: [rawReview(aReview(), 'Content-Encoding: br'), 415, 'wrong_content_encoding'],
    deflate: [rawReview(aReview(), 'Content-Encoding: deflate'), 415, 'wrong_content_encoding'],
    'a compressed transfer': [
      rawRequest('POST /mutate', ['Transfer-Encoding: gzip, chunked', JSON_TYPE], '0\r\n\r\n'),
      501,
      'wrong_transfer_encoding',
    ],
    '25,000 levels': [
      rawReview(
        JSON.stringify(aReview({ object: { spec: { securityContext: '@' } } })).replace(
          '"@"',
          '['.repeat(25_000) + ']'.repeat(25_000),
        ),
      ),
      400,
      'too_deep',
    ],
    chunks: [
      rawRequest(
        'POST /mutate',
        chunked,
        `1\r\n{\r\n${chunkOf(JSON.stringify(aReview()).slice(1))}`,
      ),
      200,
    ],
    'no bytes in chunks': [rawRequest('POST /mutate', chunked, '0\r\n\r\n'), 400, 'empty_body'],
  };

  it.each(Object.entries(cases))('gets an answer: %s', async (_, [text, status, problem]) => {
    const before = problem === undefined ? 0 : await countOf(problem);
    const wire = await tls();
    wire.socket.write(text);
    expect(await wire.answers(1)).toEqual([status]);
    if (problem !== undefined) expect(await countOf(problem)).toBe(before + 1);
    wire.socket.destroy();
  });

  it('is asked to go on only if its body is wanted', async () => {
    const wire = await tls();
    const [head = ''] = rawReview(aReview(), 'Expect: 100-continue').split('\r\n\r\n');
    wire.socket.write(head.replace(/Length: \d+/, 'Length: 9000000') + '\r\n\r\n');
    expect(await wire.answers(1)).toEqual([413]);
    wire.socket.destroy();
  });

  async function countOf(problem: string): Promise<number> {
    const { values } = await injector.metrics.malformedReviews.get();
    return values.find(({ labels }) => labels.problem === problem)?.value ?? 0;
  }
});

describe('half a request', () => {
  it.each(['POST /mut', review.slice(0, -20)])('gets an answer: %#', async (text) => {
    const wire = await tls();
    wire.socket.end(text);
    expect(await wire.closed()).toMatch(/^HTTP\/1\.1 400 /);
    await untilFaults(injector, 'half_request');
  });

  it('does no harm when its connection is reset, wherever it ends', async () => {
    for (let length = 0; length < review.length; length += 50) {
      const { socket } = await tls();
      await new Promise((resolve) => socket.write(review.slice(0, length), resolve));
      socket.destroy();
    }
    const plain = await openPlainWire(injector.addresses.webhook);
    plain.socket.write(Buffer.from([22, 3, 1, 2, 0, 1, 0]));
    plain.socket.resetAndDestroy();
    await untilFaults(injector, 'reset');
  });
});

describe('TLS', () => {
  it.each([
    [{ maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    [{ ALPNProtocols: ['h2'] }],
  ] as const)('refuses what it does not speak: %j', async (options) => {
    const before = await faultsOf(injector, 'tls');
    const { ca } = certificates;
    const socket = connectTls({ ...injector.addresses.webhook, ca, ...options } as never);
    await once(socket, 'error');
    await untilFaults(injector, 'tls', before + 1);
  });

  it('does not negotiate again', async () => {
    const { ca } = certificates;
    const socket = connectTls({ ...injector.addresses.webhook, ca, maxVersion: 'TLSv1.2' });
    await once(socket, 'secureConnect');
    const error = await new Promise((resolve) => {
      socket.once('error', resolve);
      socket.renegotiate({}, resolve);
    });
    expect(error).toBeInstanceOf(Error);
  });
});
