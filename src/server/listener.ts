import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Observer } from '../admission/observer.js';
import {
  listen,
  watchConnections,
  type Address,
  type ConnectionObserver,
  type Connections,
} from './connections.js';
import { surviveFaults } from './faults.js';
import { makeMutate, type MutateOptions, type RawHandler } from './mutate.js';
import { makeOps, type Check, type Metrics } from './ops.js';

/** A certificate (with its chain, leaf first) and its private key, both in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface ServerOptions {
  /** Where reviews come in, over TLS. The pages for operators are here as well. */
  readonly webhook: Address & KeyPair;
  /** Where the pages for operators are served in plain HTTP, for kubelet probes and Prometheus. */
  readonly ops?: Address | undefined;
  readonly handle: MutateOptions['handle'];
  readonly observe: Pick<Observer, 'malformed'> & ConnectionObserver;
  /** What has to be well for `/readyz`; the server adds that it is not stopping. */
  readonly checks: Readonly<Record<string, Check>>;
  readonly metrics: Metrics;
}

export interface Addresses {
  readonly webhook: Address;
  readonly ops?: Address;
}

export interface StopOptions {
  /**
   * Milliseconds to go on serving while `/readyz` already says no: the time that a cluster takes to stop sending
   * requests here. 0 outside of one.
   */
  readonly settle: number;
  /** Milliseconds from the call of `stop` after which open connections are cut. */
  readonly deadline: number;
}

export interface Server {
  /** @throws Error `listening on HOST:PORT` with its cause; nothing stays open then. */
  start(): Promise<Addresses>;
  /**
   * Not ready first, then no new connections, then the end of those that are open, each after its request.
   *
   * A second call waits for the first one, whatever its options.
   *
   * @returns how many connections had to be cut at the deadline.
   */
  stop(options: StopOptions): Promise<{ readonly cut: number }>;
  /**
   * Takes another certificate for the connections to come; open ones keep theirs.
   *
   * @throws Error of OpenSSL if it cannot use the pair; the old one stays in place then.
   */
  renew(pair: KeyPair): void;
}

/**
 * Milliseconds that an idle connection is kept. client-go keeps its own for 90 s; the side that sends has to be the one
 * that closes, or a review may be sent into a connection that is just being closed here, and is lost.
 */
const KEEP_ALIVE = 120_000;
/** Milliseconds for a whole request: an API server waits for a webhook for 30 s at most (`timeoutSeconds`). */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds for a request's headers, and for a TLS handshake; neither needs more than a few round trips. */
const HEADERS_TIMEOUT = 10_000;

const timeouts = {
  keepAliveTimeout: KEEP_ALIVE,
  requestTimeout: REQUEST_TIMEOUT,
  headersTimeout: HEADERS_TIMEOUT,
  // How often node looks for requests that are late; its default of 30 s would double the timeouts above.
  connectionsCheckingInterval: 5_000,
};

const secure = (pair: KeyPair): KeyPair & { readonly minVersion: 'TLSv1.2' } => ({
  cert: pair.cert,
  key: pair.key,
  minVersion: 'TLSv1.2',
});

/** A server, where it is to listen, and its connections. */
interface Listener<S extends HttpServer = HttpServer> {
  readonly server: S;
  readonly address: Address;
  readonly connections: Connections;
}

/**
 * Makes the server: a TLS listener for reviews and, if asked for, a plain one for operators. Nothing is bound yet.
 *
 * @throws Error of OpenSSL if it cannot use the certificate or the key.
 */
export function makeServer(options: ServerOptions): Server {
  const state: { stopped?: Promise<{ cut: number }> } = {};
  const stopping: Check = () => (state.stopped ? 'no new work is taken' : undefined);
  const app = makeOps({ ...options, checks: { ...options.checks, stopping } });
  const webhook = makeWebhook(options, app);
  const ops = options.ops && makePlain(options.ops, options, app);
  return {
    start: () => start(webhook, ops),
    stop: (how) => (state.stopped ??= stop(webhook.connections, ops?.connections, how)),
    renew: (pair) => {
      webhook.server.setSecureContext(secure(pair));
    },
  };
}

function makeWebhook(options: ServerOptions, app: RawHandler): Listener<TlsServer> {
  const mutate = makeMutate(options);
  const server = createTlsServer({
    ...secure(options.webhook),
    ...timeouts,
    handshakeTimeout: HEADERS_TIMEOUT,
  });
  const connections = watchConnections(server);
  server.on('request', (request, response) => {
    connections.track(response);
    if (pathOf(request.url) === '/mutate') mutate(request, response);
    else app(request, response);
  });
  surviveFaults(server, 'webhook', options.observe);
  return { server, address: options.webhook, connections };
}

function makePlain(address: Address, options: ServerOptions, app: RawHandler): Listener {
  const server = createHttpServer(timeouts);
  const connections = watchConnections(server);
  server.on('request', (request, response) => {
    connections.track(response);
    app(request, response);
  });
  surviveFaults(server, 'ops', options.observe);
  return { server, address, connections };
}

/** The API server adds `?timeout=10s` to the path of a webhook. */
const pathOf = (url = ''): string => url.split('?', 1).join();

async function start(webhook: Listener, ops: Listener | undefined): Promise<Addresses> {
  const bound = await listen(webhook.server, webhook.address);
  if (!ops) return { webhook: bound };
  try {
    return { webhook: bound, ops: await listen(ops.server, ops.address) };
  } catch (error) {
    await webhook.connections.close(0);
    throw error;
  }
}

/** The plain listener goes last, so that `/readyz` can say no for as long as there is work. */
async function stop(
  webhook: Connections,
  ops: Connections | undefined,
  { settle, deadline }: StopOptions,
): Promise<{ cut: number }> {
  webhook.retire();
  ops?.retire();
  const settling = Math.min(settle, deadline);
  if (settling > 0) await new Promise((resolve) => setTimeout(resolve, settling));
  const cut = await webhook.close(deadline - settling);
  // A page that is cut off in the last moment of the process costs nothing.
  await ops?.close(0);
  return { cut };
}
