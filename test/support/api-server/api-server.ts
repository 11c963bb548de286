import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import type { KeyPair } from '../../../src/server/listener.js';
import { evict } from './evictions.js';
import { Faults, type Call, type Fault, type FaultKind, type Ordered } from './faults.js';
import { apiVersionOf, targetOf, type Target } from './kinds.js';
import { patched } from './patches.js';
import { Refusal, expired, notFound, statusOf } from './refusal.js';
import { ObjectStore } from './store.js';
import { written } from './subresources.js';
import { Watches } from './watches.js';

export interface ApiServerOptions {
  /** Makes it speak TLS. */
  readonly tls?: KeyPair;
  /** The tokens that get in; anybody does if they are not given. */
  readonly tokens?: Set<string>;
  /** Such as `v1.36.3`. */
  readonly version?: string;
  /** The port to listen on, to come back where one has been; any free one if it is not given. */
  readonly port?: number;
  /** What it holds, to come back with what one has held. */
  readonly store?: ObjectStore;
  /** Answers paths that the double does not know, such as reviews of access; undefined for those that it should not. */
  readonly respond?: (call: Call) => object | undefined;
}

/**
 * A stand-in for an API server, over HTTP on 127.0.0.1: reads, lists with pages, watches, writes with versions and
 * conflicts, patches, and faults to order. It neither validates objects nor calls webhooks.
 */
export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly store: ObjectStore;
  readonly watches: Watches;
  /** Every request so far. */
  readonly calls: readonly Call[];
  /** How many connections have been opened so far. */
  connections(): number;
  fault(fault: Fault): Ordered;
  /** Writes a kubeconfig for it, with a token. */
  writeKubeconfig(file: string, token?: string): void;
  /** Cuts all connections and stops. */
  close(): Promise<void>;
}

interface State extends ApiServerOptions {
  readonly store: ObjectStore;
  readonly watches: Watches;
  readonly faults: Faults;
  readonly calls: Call[];
  /** What is left of lists, by what continues them. */
  readonly pages: Map<string, Page>;
}

interface Page {
  readonly rest: readonly KubernetesObject[];
  readonly version: number;
}

export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const store = options.store ?? new ObjectStore();
  const state: State = {
    ...options,
    store,
    watches: new Watches(store),
    faults: new Faults(),
    calls: [],
    pages: new Map(),
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(state, request, response).catch((error: unknown) => response.destroy(error as Error));
  };
  const server: Server = options.tls
    ? createSecureServer(options.tls, listener)
    : createServer(listener);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    ...state,
    url,
    port,
    connections: () => connections,
    fault: (fault) => state.faults.order(fault),
    writeKubeconfig: (file, token = 'token') => {
      writeFileSync(file, JSON.stringify(kubeconfigOf(url, token)));
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = await callOf(request);
  state.calls.push(call);
  const fault = state.faults.strike(call);
  if (fault !== undefined && fault !== 'cut') {
    fail(fault, response);
    return;
  }
  try {
    admit(state, call);
    if (call.verb === 'watch') beginWatch(state, { call, response, cut: fault === 'cut' });
    else send(response, call.verb === 'create' ? 201 : 200, resultOf(state, call, request), fault);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send(response, error.status, statusOf(error));
  }
}

async function callOf(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const query = Object.fromEntries(url.searchParams);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const name = targetOf(url.pathname)?.name;
  return {
    verb: verbOf(request.method, query, name),
    path: url.pathname,
    query,
    authorization: request.headers.authorization ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    body: text === '' ? undefined : JSON.parse(text),
  };
}

const VERBS = new Map([
  ['POST', 'create'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
]);

function verbOf(method = '', query: Call['query'], name: string | undefined): string {
  if (['1', 'true'].includes(query['watch'] ?? '')) return 'watch';
  return VERBS.get(method) ?? (name === undefined ? 'list' : 'get');
}

function fail(fault: Exclude<FaultKind, 'cut'>, response: ServerResponse): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    response.destroy();
    return;
  }
  if ('text' in fault) {
    response.end(fault.text);
    return;
  }
  const { status, reason = '', retryAfter } = fault;
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  send(response, status, statusOf(new Refusal(status, reason, `told to refuse with ${status}`)));
}

function admit({ tokens }: State, { authorization }: Call): void {
  if (tokens === undefined || tokens.has(authorization.replace('Bearer ', ''))) return;
  throw new Refusal(401, 'Unauthorized', 'Unauthorized');
}

function send(response: ServerResponse, status: number, body: object, fault?: FaultKind): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  if (fault === undefined) response.end(text);
  else response.write(text.slice(0, text.length / 2), () => response.destroy());
}

function resultOf(state: State, call: Call, { headers }: IncomingMessage): object {
  if (call.path === '/version') return versionOf(state);
  const own = state.respond?.(call);
  if (own !== undefined) return own;
  const target = targetOf(call.path);
  if (!target)
    throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
  return target.name === undefined
    ? withCollection(state, target, call)
    : withObject(
        state,
        { ...target, name: target.name },
        { call, type: headers['content-type'] ?? '' },
      );
}

function versionOf({ version = 'v1.36.3' }: State): object {
  const [major = '', minor = ''] = version.slice(1).split('.');
  return { major, minor, gitVersion: version };
}

function withCollection(state: State, target: Target, call: Call): object {
  if (call.verb === 'list') return page(state, target, call);
  if (call.verb !== 'create')
    throw new Refusal(405, 'MethodNotAllowed', 'the method is not allowed');
  return state.store.create(target, call.body as KubernetesObject, 'dryRun' in call.query);
}

type Named = Target & { readonly name: string };

function withObject(
  { store }: State,
  place: Named,
  { call, type }: { call: Call; type: string },
): object {
  const body = (call.body ?? {}) as KubernetesObject;
  if (place.subresource === 'eviction') return evict(store, place, body);
  switch (call.verb) {
    case 'get':
      return store.get(place);
    case 'update':
      return store.update(place, body);
    case 'patch':
      return store.update(
        place,
        written(place, store.get(place), patched(store.get(place), body, type)),
      );
    case 'delete':
      return store.remove(place, body['preconditions'] as Record<string, unknown> | undefined);
    default:
      throw notFound(place.name);
  }
}

/** The items of a list bear no kind, as those of a real one; all pages show what was there at the first one. */
function page({ store, pages }: State, target: Target, { query }: Call): object {
  const { limit, continue: token } = query;
  const page = token ? pages.get(token) : firstPage(store, target, query);
  if (!page) throw expired(1, store.version);
  const { rest, version } = page;
  const size = Number(limit ?? rest.length);
  const metadata: Record<string, string> = { resourceVersion: String(version) };
  if (rest.length > size) {
    metadata['continue'] = randomUUID();
    pages.set(metadata['continue'], { rest: rest.slice(size), version });
  }
  const items = rest.slice(0, size).map(({ kind: _, apiVersion: __, ...item }) => item);
  const { kind } = target.resource;
  return { kind: `${kind}List`, apiVersion: apiVersionOf(target.resource), metadata, items };
}

const firstPage = (
  store: ObjectStore,
  { resource, namespace }: Target,
  { labelSelector, fieldSelector }: Call['query'],
): Page => ({
  rest: store.list(resource, { namespace, labelSelector, fieldSelector }),
  version: store.version,
});

function beginWatch(
  { watches }: State,
  { call, response, cut }: { call: Call; response: ServerResponse; cut: boolean },
): void {
  const target = targetOf(call.path);
  if (!target) throw notFound(call.path);
  const { labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = call.query;
  watches.begin(
    {
      resource: target.resource,
      selection: { namespace: target.namespace, labelSelector, fieldSelector },
      from: Number(resourceVersion ?? 0),
      bookmarks: call.query['allowWatchBookmarks'] === 'true',
      timeout: timeoutSeconds === undefined ? undefined : Number(timeoutSeconds),
      cut,
    },
    response,
  );
}

const kubeconfigOf = (server: string, token: string): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'double',
  clusters: [{ name: 'double', cluster: { server, 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'somebody', user: { token } }],
  contexts: [{ name: 'double', context: { cluster: 'double', user: 'somebody' } }],
});
