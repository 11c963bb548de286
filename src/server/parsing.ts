import { IncomingMessage, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';

/** What a server has to be made with, so that `isFull` is asked before each request. */
export type Parsing = Required<Pick<ServerOptions, 'IncomingMessage' | 'requireHostHeader'>>;

/**
 * Makes node's parser stop at a request of a connection that may have no more of them, however many follow in what was
 * read. The server emits `upgrade` then, and takes its hands off the socket.
 *
 * Left alone, the parser goes on to the end of a read, even if the connection is destroyed meanwhile: 64 KiB hold up to
 * 3,600 requests, which take longer than a thousand reviews. It stops only where another protocol begins, so that is
 * what such a request is said to do. No caller can ask for it: who sends `Upgrade` gets an answer in HTTP.
 */
export const stoppable = (isFull: (socket: Socket) => boolean): Parsing => ({
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
      return this.#excess || (this.asked === true && this.method === 'CONNECT');
    }

    set upgrade(asked: unknown) {
      this.asked = asked;
    }
  },
  // Node would answer such requests by itself, without asking first.
  requireHostHeader: false,
});

/** Whether a request has to be refused with status 400, by RFC 9112, section 3.2. */
export const lacksHost = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.host === undefined && httpVersion === '1.1';
