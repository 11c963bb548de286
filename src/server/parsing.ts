import { IncomingMessage, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';

/** What a server has to be made with, so that requests can be refused before they are parsed to their end. */
export type Parsing = Required<Pick<ServerOptions, 'IncomingMessage' | 'requireHostHeader'>>;

export interface ParsingOptions {
  /** Whether a connection may have no more requests. */
  readonly isFull: (socket: Socket) => boolean;
  /** Whether a body in chunks is of use for a request. */
  readonly takesChunks: (request: IncomingMessage) => boolean;
}

/**
 * Makes node's parser stop at a request that comes to a full connection, or has chunks that are of no use. The server
 * emits `upgrade` then, and takes its hands off the socket.
 *
 * Left alone, the parser goes on to the end of a read, even if the connection is destroyed meanwhile: 64 KiB hold up to
 * 3,600 requests or 13,000 chunks, which take longer than hundreds of reviews. It stops only where another protocol
 * begins, so that is what such a request is said to do. No caller can ask for it: who sends `Upgrade` gets an answer in
 * HTTP.
 */
export const stoppable = ({ isFull, takesChunks }: ParsingOptions): Parsing => ({
  IncomingMessage: class extends IncomingMessage {
    readonly #excess: boolean;
    // Node's own constructor sets `upgrade`, at a time when there are no private fields yet.
    declare protected asked: unknown;

    constructor(socket: Socket) {
      super(socket);
      this.#excess = isFull(socket);
    }

    /** Read by node when the headers are there, and again at the end of what was read. */
    get upgrade(): boolean {
      if (this.#excess || (this.asked === true && this.method === 'CONNECT')) return true;
      return isChunked(this) && !takesChunks(this);
    }

    set upgrade(asked: unknown) {
      this.asked = asked;
    }
  },
  // Node would answer such requests by itself, without asking first.
  requireHostHeader: false,
});

/** Whether the body of a request may come in any number of chunks; one with a length comes in few pieces. */
export const isChunked = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined;

/** Whether a request has to be refused with status 400, by RFC 9112, section 3.2. */
export const lacksHost = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.host === undefined && httpVersion === '1.1';

/** Throws away what still comes on a connection, unparsed: there will be no other request on it. */
export function deafen(socket: Socket): void {
  socket.removeAllListeners('data');
  // With a listener of ours, node hands its parser's data over to the socket.
  socket.on('data', () => undefined).resume();
}
