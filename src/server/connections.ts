import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';

export interface Address {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
}

/** A connection that failed before it carried a request, or the listener's failure to accept one. */
export interface ConnectionFault {
  readonly listener: 'webhook' | 'ops';
  /** The code of node or OpenSSL: `ECONNRESET`, `ERR_SSL_HTTP_REQUEST`, `HPE_INVALID_METHOD`. */
  readonly code: string;
}

export interface ConnectionObserver {
  /** Port scans and health checks of load balancers cause these all day, so they deserve a debug line at most. */
  connectionFailed(fault: ConnectionFault): void;
}

/** The open connections and unanswered requests of one server. */
export interface Connections {
  /** To be called with the response of every request. */
  track(response: ServerResponse): void;
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

/** Watches a server's connections from its first one on, so that they can be ended with grace. */
export function watchConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  const unanswered = new Set<ServerResponse>();
  let retired = false;
  // For TLS this is the raw socket below, and so it is seen even if the handshake never ends.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    track: (response) => {
      if (retired) askToClose(response);
      unanswered.add(response);
      response.once('close', () => unanswered.delete(response));
    },
    retire: () => {
      retired = true;
      unanswered.forEach(askToClose);
    },
    close: (deadline) => close(server, sockets, deadline),
  };
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

/**
 * Milliseconds in which idle connections may still be used after the listener is closed. A caller under load uses its
 * connections well within that, and closes them on an answer that asks for it; who has been silent for so long is not
 * likely to send in the very millisecond of the end.
 */
const LINGER = 500;

function close(server: Server, sockets: ReadonlySet<Socket>, deadline: number): Promise<number> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve(0);
      return;
    }
    let cut = 0;
    const timer = setTimeout(() => {
      cut = sockets.size;
      sockets.forEach((socket) => socket.destroy());
    }, deadline);
    // Right after node has looked at its sockets, so that nothing that has arrived is overlooked.
    setImmediate(() => {
      const linger = setTimeout(
        () => setImmediate(() => server.close()),
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
