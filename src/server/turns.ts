import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TurnsOptions {
  readonly handler: RawHandler;
  /** Requests that may wait on one connection. */
  readonly waiting: number;
  /** A request came in on the connection. */
  readonly began: (socket: Socket) => void;
  /** Every request of the connection has been answered. */
  readonly ended: (socket: Socket) => void;
  /** More requests wait than may. The connection is closed after this. */
  readonly flooded: (socket: Socket) => void;
}

type Turn = Parameters<RawHandler>;

export interface Turns {
  /** To be called with every request. */
  readonly take: RawHandler;
  /** The requests of a connection that are not answered yet, in their order. */
  readonly open: (socket: Socket) => readonly Turn[];
}

/**
 * Lets requests that were sent one after the other without waiting for answers be handled one after the other, too.
 *
 * Node alone handles all of them at once: one read of 64 KiB holds up to 1,700 requests, whose answers it keeps until
 * the caller takes them, and works on them even if the caller has gone.
 */
export function inTurns(options: TurnsOptions): Turns {
  const queues = new WeakMap<Socket, Turn[]>();
  const take = (...turn: Turn): void => {
    const { socket } = turn[0];
    // The parser goes on to the end of what was read, even if the connection has been cut meanwhile.
    if (socket.destroyed) return;
    const queue = queues.get(socket);
    if (!queue) {
      const own = [turn];
      queues.set(socket, own);
      options.began(socket);
      run(own, options.handler, () => {
        queues.delete(socket);
        if (socket.writable) options.ended(socket);
      });
    } else if (queue.length <= options.waiting) {
      queue.push(turn);
    } else {
      queue.length = 0;
      options.flooded(socket);
      socket.destroy();
    }
  };
  return { take, open: (socket) => queues.get(socket) ?? [] };
}

/** Takes the first of the queue, which stays there until its response is closed: sent, or lost with its connection. */
function run(queue: Turn[], handler: RawHandler, done: () => void): void {
  const turn = queue[0];
  if (!turn) {
    done();
    return;
  }
  const [request, response] = turn;
  const { socket } = request;
  response.once('close', () => {
    queue.shift();
    // The answer was the last one of its connection: what waits is never answered.
    if (!socket.writable) queue.length = 0;
    run(queue, handler, done);
  });
  handler(request, response);
}
