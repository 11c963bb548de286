import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { makeCrowd, type Crowd } from './crowd.js';
import { askToClose, surviveFaults, type ReportFault } from './faults.js';
import type { Limits } from './limits.js';
import { lacksHost, stoppable, type Parsing, type ParsingOptions } from './parsing.js';
import { inTurns, type RawHandler, type Turns } from './turns.js';

export interface Address {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
}

export interface ConnectionOptions {
  readonly handler: RawHandler;
  /** Whether the handler has a use for a request's body even if it comes in chunks. */
  readonly takesChunks: ParsingOptions['takesChunks'];
  readonly limits: Limits;
  /** How many connections there may be. */
  readonly connections: number;
  readonly report: ReportFault;
}

/** The open connections and unanswered requests of one server. */
export interface Connections {
  /** From now on every answer asks the caller to close its connection, those being worked on included. */
  retire(): void;
  /**
   * Accepts nothing more, lets requests in flight finish, and closes idle connections once they have had time to be
   * used: a request that is on its way into one while it is closed would be lost.
   *
   * @param deadline milliseconds after which what is left is cut.
   * @returns how many connections had to be cut.
   */
  close(deadline: number): Promise<number>;
}

/** A server and its connections. */
export interface Served<S extends Server> {
  readonly server: S;
  readonly connections: Connections;
}

/**
 * Serves a server's requests, each connection's one after the other, and keeps its connections within their limits and
 * known, from the first one on, so that they can be ended with grace.
 *
 * @param make makes the server, with the given options among others. Nobody else listens to its requests.
 */
export function serveConnections<S extends Server>(
  make: (parsing: Parsing) => S,
  options: ConnectionOptions,
): Served<S> {
  const crowd = crowdOf(options);
  const state = { retired: false };
  const handler: RawHandler = (request, response) => {
    if (state.retired) askToClose(response);
    if (lacksHost(request)) refuseHost(response, options.report);
    else options.handler(request, response);
  };
  const turns = turnsOf(handler, crowd, options);
  const server = make(stoppable({ ...options, ...turns }));
  serve(server, turns);
  surviveFaults(server, {
    report: options.report,
    ending: (socket) => {
      crowd.enter(socket, 'ending');
    },
    turns,
  });
  watch(server, crowd, options.limits.sweep);
  const connections: Connections = {
    retire: () => {
      state.retired = true;
      for (const response of turns.underWay) askToClose(response);
    },
    close: (deadline) => close(server, crowd, deadline),
  };
  return { server, connections };
}

const turnsOf = (handler: RawHandler, crowd: Crowd, { limits, report }: ConnectionOptions): Turns =>
  inTurns({
    handler,
    waiting: limits.waiting,
    began: (socket) => {
      crowd.enter(socket, 'busy');
    },
    ended: (socket) => {
      crowd.enter(socket, 'idle');
    },
    flooded: () => {
      report('flooded', 'PIPELINE');
    },
  });

function serve(server: Server, turns: Turns): void {
  // Whoever waits for "100 Continue" gets it from the handler, if its body is wanted at all.
  server
    .on('request', turns.take)
    .on('checkContinue', turns.take)
    .on('checkExpectation', turns.take);
}

function refuseHost(response: ServerResponse, report: ReportFault): void {
  report('not_http', 'NO_HOST');
  response.writeHead(400, { connection: 'close' }).end();
}

function crowdOf({ limits, connections, report }: ConnectionOptions): Crowd {
  const sweeps = (time: number): number => Math.ceil(time / limits.sweep);
  return makeCrowd({
    limit: connections,
    sweeps: {
      // Node's own timeouts for these come earlier.
      opening: sweeps(2 * (limits.headers + limits.sweep)),
      idle: sweeps(limits.keepAlive + limits.sweep),
      // Node has none for these.
      busy: sweeps(limits.exchange),
      ending: sweeps(limits.linger),
    },
    cut: (why, phase) => {
      report(why, phase.toUpperCase());
    },
  });
}

/** For TLS, `connection` brings the raw socket below, which is seen even if the handshake never ends. */
function watch(server: Server, crowd: Crowd, interval: number): void {
  server.on('connection', (socket: Socket) => {
    crowd.join(socket);
  });
  server.on('secureConnection', (socket: Socket) => {
    crowd.secure(socket);
  });
  server.on('listening', () => {
    const timer = setInterval(() => {
      crowd.sweep();
    }, interval).unref();
    server.once('close', () => {
      clearInterval(timer);
    });
  });
}

/**
 * Milliseconds in which idle connections may still be used after the listener is closed. A caller under load uses its
 * connections well within that, and closes them on an answer that asks for it; who has been silent for so long is not
 * likely to send in the very millisecond of the end.
 */
const LINGER = 500;

function close(server: Server, crowd: Crowd, deadline: number): Promise<number> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve(0);
      return;
    }
    let cut = 0;
    const timer = setTimeout(() => {
      cut = crowd.clear();
    }, deadline);
    // Right after node has looked at its sockets, so that nothing that has arrived is overlooked.
    setImmediate(() => {
      const linger = setTimeout(
        () =>
          setImmediate(() => {
            server.close();
            // Go's client leaves connections behind that it never used, which node does not take for idle.
            crowd.dismiss();
          }),
        Math.min(LINGER, deadline),
      );
      // Since node 19, http's own close() closes idle connections at once; that of net does not.
      NetServer.prototype.close.call(server, () => {
        clearTimeout(timer);
        clearTimeout(linger);
        // Ends http's watch over late requests, too.
        server.close();
        resolve(cut);
      });
    });
  });
}

/**
 * Starts to accept connections.
 *
 * @returns the address that was bound, with the port that was picked.
 * @throws Error `listening on HOST:PORT`, with the cause, if the address is taken or not this machine's.
 */
export function listen(server: Server, { host, port }: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      reject(new Error(`listening on ${host}:${port}`, { cause }));
    };
    server.once('error', failed);
    server.listen({ host, port }, () => {
      server.off('error', failed);
      const { address, port: bound } = server.address() as AddressInfo;
      resolve({ host: address, port: bound });
    });
  });
}
