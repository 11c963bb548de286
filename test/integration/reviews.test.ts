import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ReviewAnswer } from '../../src/admission/review.js';
import type { Kept } from '../../src/certs/keep.js';
import { anOutcome, aPod, aReview, aSkip } from '../support/review.js';
import { answerTo, getPage, openReview, postReview, type ReviewOptions } from './support/client.js';
import { someCertificates, startInjector, type Injector } from './support/injector.js';

let certificates: Kept;
let injector: Injector;

beforeAll(async () => {
  certificates = await someCertificates();
  injector = await startInjector({
    certificates,
    engine: ({ namespace }) => {
      if (namespace === 'broken') throw new Error('planning volumes');
      return namespace === 'quiet' ? aSkip() : anOutcome();
    },
  });
});

afterAll(async () => {
  await injector.server.stop({ settle: 0, deadline: 1_000 });
});

const post = (body: unknown, options: ReviewOptions = {}) =>
  postReview(injector.addresses.webhook, body, { ca: certificates.ca, agent: false, ...options });

async function review(body: unknown, options: ReviewOptions = {}): Promise<ReviewAnswer> {
  const { status, headers, body: text } = await post(body, options);
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/json');
  return JSON.parse(text) as ReviewAnswer;
}

describe('POST /mutate', () => {
  it.each(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'])(
    'answers %s in kind, with the uid and the patch',
    async (apiVersion) => {
      const answer = await review(aReview({ uid: `uid of ${apiVersion}` }, apiVersion));
      const { patch = '', auditAnnotations, ...response } = answer.response;
      expect(auditAnnotations).toMatchObject({ decision: 'inject', reason: 'injected' });
      expect({ ...answer, response }).toEqual({
        apiVersion,
        kind: 'AdmissionReview',
        response: {
          uid: `uid of ${apiVersion}`,
          allowed: true,
          patchType: 'JSONPatch',
          warnings: ['agent is called agent-2 here.'],
        },
      });
      expect(JSON.parse(Buffer.from(patch, 'base64').toString())).toEqual(anOutcome().operations);
    },
  );

  it('sends no patch and no warnings if there are none', async () => {
    const { response } = await review(aReview({ namespace: 'quiet' }));
    expect(Object.keys(response)).toEqual(['uid', 'allowed', 'auditAnnotations']);
  });

  it('gives a dry run the same answer', async () => {
    expect(await review(aReview({ dryRun: true }))).toEqual(await review(aReview()));
  });

  it('is found with the timeout that the API server adds to the path', async () => {
    await review(aReview(), { path: '/mutate?timeout=10s' });
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;v=1'])(
    'takes the content type %s',
    async (type) => {
      await review(aReview(), { headers: { 'content-type': type } });
    },
  );

  it('takes a body that says that it is not encoded', async () => {
    await review(aReview(), { headers: { 'content-encoding': 'identity' } });
  });

  it('lets a garbage pod through', async () => {
    expect((await review(aReview({ object: 'garbage' }))).response.patch).toBeUndefined();
  });

  it('lets a pod through on which the engine fails', async () => {
    const { response } = await review(aReview({ namespace: 'broken' }));
    expect(response).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: true,
      auditAnnotations: { decision: 'skip', reason: 'internal_error' },
    });
  });

  it('takes a large pod', async () => {
    const annotations = { big: 'x'.repeat(6 * 1024 * 1024) };
    expect((await review(aReview({ object: aPod({ annotations }) }))).response.patch).toBeDefined();
  });

  it('serves many reviews over one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let n = 0; n < 5; n += 1) {
      const request = openReview(injector.addresses.webhook, { ca: certificates.ca, agent });
      request.once('socket', (socket) => {
        socket.once('data', () => ports.add(socket.localPort));
      });
      const answer = answerTo(request);
      request.end(JSON.stringify(aReview()));
      expect((await answer).headers.connection).toBe('keep-alive');
    }
    agent.destroy();
    expect(ports.size).toBe(1);
  });
});

describe('a call without a review', () => {
  const json = JSON.stringify(aReview());
  const BIG = 'x'.repeat(8 * 1024 * 1024);

  interface Refused {
    readonly body: string;
    readonly options?: ReviewOptions;
    readonly status: number;
    readonly sentence: string;
  }
  const cases: Record<string, Refused> = {
    'no body': { body: '', status: 400, sentence: 'The body is empty' },
    'another content type': {
      body: json,
      options: { headers: { 'content-type': 'text/json' } },
      status: 415,
      sentence: 'Content-Type',
    },
    gzip: {
      body: json,
      options: { headers: { 'content-encoding': 'gzip' } },
      status: 415,
      sentence: 'compressed',
    },
    'no JSON': { body: '{"kind":', status: 400, sentence: 'not JSON' },
    binary: { body: gzipSync(json).toString('latin1'), status: 400, sentence: 'not JSON' },
    'another kind': {
      body: JSON.stringify(aPod()),
      status: 400,
      sentence: 'kind AdmissionReview',
    },
    'another version': {
      body: JSON.stringify(aReview({}, 'v1')),
      status: 400,
      sentence: 'admission.k8s.io/v1beta1',
    },
    'no request': {
      body: JSON.stringify({ ...aReview(), request: null }),
      status: 400,
      sentence: 'no request',
    },
    'no uid': { body: JSON.stringify(aReview({ uid: '' })), status: 400, sentence: 'no uid' },
    '8 MB': { body: BIG, status: 413, sentence: '7 MiB' },
    '8 MB in chunks': {
      body: BIG,
      options: { headers: { 'transfer-encoding': 'chunked' } },
      status: 413,
      sentence: '7 MiB',
    },
    GET: { body: '', options: { method: 'GET' }, status: 405, sentence: 'POST' },
    PUT: { body: json, options: { method: 'PUT' }, status: 405, sentence: 'POST' },
  };

  it.each(Object.entries(cases))('is refused: %s', async (_, refused) => {
    const { body, options, status, sentence } = refused;
    const answer = await post(body, options);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.body).toContain(sentence);
    expect(answer.headers.allow).toBe(status === 405 ? 'POST' : undefined);
    if (status === 413) expect(answer.headers.connection).toBe('close');
  });

  it('is refused before its body comes if it announces too large a one', async () => {
    const headers = { 'content-length': String(BIG.length) };
    const request = openReview(injector.addresses.webhook, {
      ca: certificates.ca,
      agent: false,
      headers,
    });
    request.flushHeaders();
    expect((await answerTo(request)).status).toBe(413);
    request.destroy();
  });

  it('is counted and logged if the caller hangs up', async () => {
    const request = openReview(injector.addresses.webhook, {
      ca: certificates.ca,
      agent: false,
      headers: { 'content-length': '1000', expect: '100-continue' },
    });
    request.on('error', () => undefined);
    request.flushHeaders();
    await once(request, 'continue');
    request.write('{');
    request.destroy();
    await vi.waitFor(() => {
      expect(injector.lines.join('')).toContain('"problem":"aborted"');
    });
  });
});

describe('the connection', () => {
  it('survives plain HTTP and garbage on the TLS port', async () => {
    for (const text of ['GET / HTTP/1.1\r\n\r\n', '\u0000\u0001garbage']) {
      const socket = connectTcp(injector.addresses.webhook);
      socket.on('error', () => undefined);
      socket.end(text);
      socket.resume();
      await once(socket, 'close');
    }
    await review(aReview());
    expect(injector.lines.join('')).toContain('connection failed');
  });

  it('answers 400 to what is no HTTP inside of TLS', async () => {
    const socket = connectTls({ ...injector.addresses.webhook, ca: certificates.ca });
    socket.write('NONSENSE\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400 /);
    await review(aReview());
  });
});

describe('telemetry', () => {
  it('counts reviews, faults and malformed calls, on both listeners', async () => {
    const own = await startInjector({ certificates, engine: () => anOutcome() });
    const send = (body: unknown) =>
      postReview(own.addresses.webhook, body, { ca: certificates.ca, agent: false });
    await send(aReview());
    await send(aReview({ operation: 'UPDATE' }));
    await send('garbage');
    const plain = await getPage(own.addresses.ops, '/metrics');
    const secure = await postReview(own.addresses.webhook, '', {
      ca: certificates.ca,
      agent: false,
      path: '/metrics',
      method: 'GET',
    });
    for (const { status, body } of [plain, secure]) {
      expect(status).toBe(200);
      expect(body).toContain('ds_injector_reviews_total{decision="inject",reason="injected"} 1');
      expect(body).toContain(
        'ds_injector_reviews_total{decision="skip",reason="not_a_pod_create"} 1',
      );
      expect(body).toContain('ds_injector_malformed_reviews_total{problem="invalid_json"} 1');
    }
    await own.server.stop({ settle: 0, deadline: 1_000 });
  });

  it('never shows a secret, whatever happens to it', async () => {
    const SECRET = 'hunter2-is-my-password';
    const own = await startInjector({
      certificates,
      engine: ({ namespace, pod }) => {
        if (namespace === 'parse') JSON.parse(pod.metadata?.annotations?.['token'] ?? '');
        const value = pod.spec;
        return anOutcome({ operations: [{ op: 'replace', path: '/spec', value }] });
      },
    });
    const object = {
      ...aPod({ annotations: { token: SECRET } }),
      spec: { containers: [{ name: 'c', env: [{ name: 'PASSWORD', value: SECRET }] }] },
    };
    const send = (body: unknown, options: ReviewOptions = {}) =>
      postReview(own.addresses.webhook, body, { ca: certificates.ca, agent: false, ...options });
    await send(aReview({ object }));
    await send(aReview({ object, namespace: 'parse' }));
    await send(aReview({ object: SECRET }));
    await send(aReview({ object, dryRun: true }));
    const refusals = [
      await send(`{"password": ${SECRET}`),
      await send({ kind: SECRET, apiVersion: SECRET }),
      await send(SECRET, { headers: { 'content-type': SECRET } }),
    ];
    const log = own.lines.join('');
    expect(own.lines.filter((line) => line.includes('review decided'))).toHaveLength(4);
    expect(own.lines.filter((line) => line.includes('review malformed'))).toHaveLength(3);
    expect(log).toContain('review failed');
    expect(log).not.toContain(SECRET);
    expect(log).not.toContain('hunter2');
    expect(refusals.map(({ body }) => body).join('')).not.toContain('hunter2');
    await own.server.stop({ settle: 0, deadline: 1_000 });
  });
});
