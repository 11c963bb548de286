import { constants } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerOptions as ServerOptionsOfNode,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { Observer } from '../admission/observer.js';
import {
  listen,
  serveConnections,
  type Address,
  type Connections,
  type Served,
} from './connections.js';
import type { ConnectionFault, ConnectionObserver, ReportFault } from './faults.js';
import { defaultLimits, type Limits } from './limits.js';
import { shareMemory } from './memory.js';
import { isMutate, makeMutate, type MutateOptions } from './mutate.js';
import { makeOps, type Check, type Metrics } from './ops.js';
import type { Parsing } from './parsing.js';
import type { RawHandler } from './turns.js';

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
  /** What differs from the limits of production. */
  readonly limits?: Partial<Limits>;
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

const timeoutsOf = ({ keepAlive, request, headers, sweep }: Limits): HttpTimeouts => ({
  keepAliveTimeout: keepAlive,
  requestTimeout: request,
  headersTimeout: headers,
  // How often node looks for requests that are late; its default of 30 s would double the timeouts above.
  connectionsCheckingInterval: sweep,
});

type HttpTimeouts = Pick<
  ServerOptionsOfNode,
  'keepAliveTimeout' | 'requestTimeout' | 'headersTimeout' | 'connectionsCheckingInterval'
>;

const secure = (pair: KeyPair): SecureContextOptions => ({
  cert: pair.cert,
  key: pair.key,
  minVersion: 'TLSv1.2',
  // A handshake costs the server more than the caller; nobody who sends reviews asks for a second one.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
});

/** A server, its connections, and where it is to listen. */
interface Listener<S extends HttpServer = HttpServer> extends Served<S> {
  readonly address: Address;
}

/**
 * Makes the server: a TLS listener for reviews and, if asked for, a plain one for operators. Nothing is bound yet.
 *
 * @throws Error of OpenSSL if it cannot use the certificate or the key.
 */
export function makeServer(options: ServerOptions): Server {
  const limits = { ...defaultLimits, ...options.limits };
  const state: { stopped?: Promise<{ cut: number }> } = {};
  const stopping: Check = () => (state.stopped ? 'no new work is taken' : undefined);
  const app = makeOps({ ...options, checks: { ...options.checks, stopping } });
  const webhook = makeWebhook(options, limits, app);
  const ops = options.ops && makePlain(options.ops, { ...options, limits }, app);
  return {
    start: () => start(webhook, ops),
    stop: (how) => (state.stopped ??= stop(webhook.connections, ops?.connections, how)),
    renew: (pair) => {
      webhook.server.setSecureContext(secure(pair));
    },
  };
}

function makeWebhook(options: ServerOptions, limits: Limits, app: RawHandler): Listener<TlsServer> {
  const report = reporter(options, 'webhook');
  const { linger } = limits;
  const dropped = (): void => {
    report('answer_dropped', 'MEMORY');
  };
  const memory = shareMemory(limits.memory);
  const mutate = makeMutate({ ...options, memory, dropped, linger });
  const make = (parsing: Parsing): TlsServer =>
    createTlsServer({
      ...secure(options.webhook),
      ...timeoutsOf(limits),
      ...parsing,
      handshakeTimeout: limits.headers,
    });
  // None of the pages takes a POST: it is a review that went to the wrong path.
  const isReview = ({ url, method }: IncomingMessage): boolean =>
    isMutate(url) || method === 'POST';
  const served = serveConnections(make, {
    handler: (request, response) => {
      if (isReview(request)) mutate(request, response);
      else app(request, response);
    },
    takesChunks: isReview,
    limits,
    connections: limits.connections,
    report,
  });
  return { ...served, address: options.webhook };
}

function makePlain(
  address: Address,
  options: ServerOptions & { readonly limits: Limits },
  app: RawHandler,
): Listener {
  const { limits } = options;
  const make = (parsing: Parsing): HttpServer =>
    createHttpServer({ ...timeoutsOf(limits), ...parsing });
  const served = serveConnections(make, {
    handler: app,
    takesChunks: () => false,
    limits,
    connections: limits.opsConnections,
    report: reporter(options, 'ops'),
  });
  return { ...served, address };
}

const reporter =
  ({ observe }: ServerOptions, listener: ConnectionFault['listener']): ReportFault =>
  (kind, code) => {
    observe.connectionFailed({ listener, kind, code });
  };

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
