import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../../test/support/api-server/api-server.js';
import { clientOf } from '../../test/support/api-server/client.js';
import { superNode } from '../../test/support/builders.js';
import { ApiError, UnreachableError, type ApiClient, type WatchEvent } from './api.js';
import { makeClient } from './client.js';
import { NODES, pathOf } from './resources.js';

const nodes = pathOf(NODES);
const aNode = (name: string, labels = {}) => superNode({ metadata: { name, labels } });

let api: ApiServer;
let client: ApiClient;

beforeEach(async () => {
  api = await startApiServer();
  client = clientOf(api);
});
afterEach(async () => {
  client.close();
  await api.close();
});
const failureOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error as Error,
  );
const list = (): Promise<unknown> => client.request({ method: 'GET', path: nodes });

describe('a request', () => {
  it('creates, reads, changes and deletes', async () => {
    const path = pathOf(NODES, { name: 'a' });
    await client.request({ method: 'POST', path: nodes, body: aNode('a') });
    const patch = { metadata: { labels: { x: '1' } } };
    const contentType = 'application/merge-patch+json';
    await client.request({ method: 'PATCH', path, body: patch, contentType });
    const read = await client.request({ method: 'GET', path });
    expect(read.metadata?.labels).toMatchObject({ x: '1' });
    const stale = { ...read, metadata: { ...read.metadata, resourceVersion: '1' } };
    expect(await failureOf(client.request({ method: 'PUT', path, body: stale }))).toMatchObject({
      status: 409,
      reason: 'Conflict',
    });
    await client.request({ method: 'DELETE', path });
    expect(await failureOf(client.request({ method: 'GET', path }))).toMatchObject({
      message: 'cannot get nodes a: nodes "a" not found (404 NotFound)',
    });
  });

  it('deletes only what meets its preconditions, and leaves the connection as it should be', async () => {
    const path = pathOf(NODES, { name: 'a' });
    const { metadata } = await client.request({ method: 'POST', path: nodes, body: aNode('a') });
    const removal = (uid: unknown) =>
      ({ method: 'DELETE', path, body: { preconditions: { uid } } }) as const;
    expect(await failureOf(client.request(removal('other')))).toMatchObject({ status: 409 });
    await list();
    await client.request(removal(metadata?.uid));
    await list();
    expect(api.connections()).toBe(1);
  });

  it('takes the connection of the one before', async () => {
    for (let n = 0; n < 5; n += 1) await list();
    expect(api.connections()).toBe(1);
  });

  it('is sent once more when its connection had been closed meanwhile', async () => {
    await list();
    api.fault({ times: 1, what: 'reset' });
    await list();
    expect(api.calls).toHaveLength(3);
  });

  it('is not sent once more if it may have changed something', async () => {
    await list();
    api.fault({ times: 1, what: 'reset' });
    const created = client.request({ method: 'POST', path: nodes, body: aNode('a') });
    expect(await failureOf(created)).toBeInstanceOf(UnreachableError);
    expect(api.calls).toHaveLength(2);
  });

  it('leaves out what is undefined of the query', async () => {
    await client.request({ method: 'GET', path: nodes, query: { limit: 5, continue: undefined } });
    expect(api.calls[0]?.query).toEqual({ limit: '5' });
  });

  it('says which verb on what was refused, with the reason', async () => {
    api.fault({ what: { status: 403, reason: 'Forbidden' } });
    const error = await failureOf(list());
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      message: 'cannot list nodes: told to refuse with 403 (403 Forbidden)',
      reason: 'Forbidden',
    });
  });

  it('passes on for how long the API server wants to be left alone', async () => {
    api.fault({ what: { status: 429, reason: 'TooManyRequests', retryAfter: 7 } });
    expect(await failureOf(list())).toMatchObject({ status: 429, retryAfter: 7000 });
  });

  it.each([
    ['cut before the answer', 'reset'],
    ['cut within the answer', 'cut'],
    ['answered with no JSON', { text: '<html>' }],
    ['answered with a list', { text: '[]' }],
  ] as const)('fails when it is %s', async (_, what) => {
    api.fault({ what });
    const error = await failureOf(list());
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toBe('cannot list nodes');
  });

  it('fails when there is no answer in time', async () => {
    api.fault({ what: 'hang' });
    const error = await failureOf(client.request({ method: 'GET', path: nodes, timeout: 50 }));
    expect(error.cause).toMatchObject({ message: 'no answer within 0.05 s' });
  });

  it('fails when there are no credentials in time', async () => {
    const credentials = () => new Promise<never>(() => undefined);
    client = makeClient({ server: new URL(api.url), credentials }, { userAgent: 'x', timeout: 50 });
    expect((await failureOf(list())).cause).toMatchObject({ message: 'no answer within 0.05 s' });
  });

  it('fails when there is no API server', async () => {
    await api.close();
    expect((await failureOf(list())).cause).toMatchObject({ code: 'ECONNREFUSED' });
    api = await startApiServer();
  });

  it('ends when it is told to', async () => {
    api.fault({ what: 'hang' });
    const stop = new AbortController();
    const asked = client.request({ method: 'GET', path: nodes, signal: stop.signal });
    await vi.waitFor(() => {
      expect(api.calls).toHaveLength(1);
    });
    stop.abort(new Error('enough'));
    expect((await failureOf(asked)).cause).toMatchObject({ message: 'enough' });
  });

  it('quotes nothing of an answer that cannot be parsed', async () => {
    api.fault({ what: { text: '{"password": hunter2}' } });
    const error = await failureOf(list());
    expect(`${error.message} ${String(error.cause)}`).not.toContain('hunter2');
  });
});

describe('a watch', () => {
  /** Reads events of nodes until there are so many. */
  async function take(count: number, from?: AsyncIterable<WatchEvent>): Promise<WatchEvent[]> {
    const events: WatchEvent[] = [];
    for await (const event of from ?? client.watch({ path: nodes })) {
      events.push(event);
      if (events.length === count) break;
    }
    return events;
  }
  const untilOpen = (): Promise<void> =>
    vi.waitFor(() => {
      expect(api.watches.count('nodes')).toBe(1);
    });

  it('tells of every change, and is closed by who reads it', async () => {
    const taken = take(3);
    await untilOpen();
    api.store.put(aNode('a'));
    api.store.put(aNode('a', { x: '1' }));
    api.store.drop(aNode('a'));
    expect((await taken).map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    await vi.waitFor(() => {
      expect(api.watches.count()).toBe(0);
    });
  });

  it('understands lines whose characters come in pieces', async () => {
    const taken = take(1);
    await untilOpen();
    const line = `${JSON.stringify({ type: 'ADDED', object: { kind: 'Node', note: '節點 🚀' } })}\n`;
    const bytes = Buffer.from(line);
    for (let at = 0; at < bytes.length; at += 1) {
      api.watches.write('nodes', bytes.subarray(at, at + 1));
      await new Promise(setImmediate);
    }
    expect((await taken)[0]?.object['note']).toBe('節點 🚀');
  });

  it('ends when the API server ends it', async () => {
    const taken = take(9);
    await untilOpen();
    api.watches.end();
    expect(await taken).toEqual([]);
  });

  it('outlives the time in which it has to begin', async () => {
    client.close();
    client = clientOf(api, 50);
    const taken = take(1);
    await untilOpen();
    api.fault({ verb: 'list', what: 'hang' });
    await failureOf(list());
    api.store.put(aNode('a'));
    expect(await taken).toHaveLength(1);
  });

  it.each([
    ['is cut', undefined],
    ['ends within a line', '{"type":'],
    ['brings garbage', 'garbage\n'],
    ['brings an unknown type', '{"type":"X","object":{}}\n'],
    ['brings no object', '{"type":"ADDED","object":[]}\n'],
  ])('fails when it %s', async (_, text) => {
    const taken = failureOf(take(1));
    await untilOpen();
    if (text === undefined) api.watches.cut();
    else api.watches.write('nodes', text);
    api.watches.end();
    const error = await taken;
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toBe('cannot watch nodes');
  });

  it('fails when it does not begin in time', async () => {
    client.close();
    client = clientOf(api, 50);
    api.fault({ verb: 'watch', what: 'hang' });
    expect((await failureOf(take(1))).cause).toMatchObject({ message: 'no answer within 0.05 s' });
  });

  it('is refused as a request is', async () => {
    api.fault({ verb: 'watch', what: { status: 403, reason: 'Forbidden' } });
    expect(await failureOf(take(1))).toMatchObject({
      message: 'cannot watch nodes: told to refuse with 403 (403 Forbidden)',
    });
  });

  it('is ended by its signal', async () => {
    const stop = new AbortController();
    const taken = failureOf(take(1, client.watch({ path: nodes, signal: stop.signal })));
    await untilOpen();
    stop.abort(new Error('enough'));
    expect((await taken).cause).toMatchObject({ message: 'enough' });
  });
});
