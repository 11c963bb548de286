import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { makeOps, type OpsOptions } from './ops.js';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

/** Serves the pages on a free port and gives a function that fetches one. */
async function serve(options: Partial<OpsOptions> = {}) {
  const metrics = {
    text: () => Promise.resolve('up 1\n'),
    contentType: 'text/plain; version=0.0.4',
  };
  server = createServer(makeOps({ checks: {}, metrics, ...options })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { connection: 'close' },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

describe('makeOps', () => {
  it('is alive whatever the checks say', async () => {
    const get = await serve({ checks: { world: () => 'empty' } });
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
  });

  it('is ready when every check is content', async () => {
    const get = await serve({ checks: { world: () => undefined } });
    expect(await get('/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
  });

  it('has a line for each check that fails or throws', async () => {
    const get = await serve({
      checks: {
        world: () => 'not loaded yet',
        fine: () => undefined,
        certificate: () => {
          throw new Error('boom');
        },
      },
    });
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      text: 'world: not loaded yet\ncertificate: the check itself failed\n',
    });
  });

  it('shows the metrics with their content type', async () => {
    const { text, headers } = await (await serve())('/metrics');
    expect(text).toBe('up 1\n');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('makes one page of metrics for many who ask at once, and another for who asks later', async () => {
    let pages = 0;
    const text = () => Promise.resolve(`page ${(pages += 1)}`);
    const get = await serve({ metrics: { text, contentType: 'text/plain' } });
    await get('/metrics');
    const answers = await Promise.all(Array.from({ length: 100 }, () => get('/metrics')));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(pages).toBeLessThan(50);
    const before = pages;
    expect((await get('/metrics')).text).toBe(`page ${before + 1}`);
  });

  it('says no more than that it failed', async () => {
    const metrics = {
      text: () => Promise.reject(new Error('a stack')),
      contentType: 'text/plain',
    };
    const get = await serve({ metrics });
    expect(await get('/metrics')).toMatchObject({
      status: 500,
      text: 'the page could not be made\n',
    });
  });

  it.each(['/healthz', '/readyz', '/metrics'])('answers HEAD %s', async (path) => {
    const get = await serve();
    expect(await get(path, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it.each([
    ['/', 'GET'],
    ['/healthz', 'POST'],
    ['/%ff', 'GET'],
    ['/mutate', 'GET'],
  ])('does not find %s by %s', async (path, method) => {
    const { status, headers } = await (await serve())(path, method);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });
});
