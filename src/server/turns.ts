import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Chain } from './chain.js';

export type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TurnsOptions {
  readonly handler: RawHandler;
  /** Requests that may wait on one connection. */
  readonly waiting: number;
  /** A request came in on the connection. */
  readonly began: (socket: Socket) => void;
  /** Every request of the connection has been answered. */
  readonly ended: (socket: Socket) => void;
  /** More requests wait than may. The connection is cut after this. */
  readonly flooded: () => void;
}

type Turn = Parameters<RawHandler>;

export interface Turns {
  /** To be called with every request. */
  readonly take: RawHandler;
  /** Whether a connection may have no more requests: as many wait as may, or it has been cut. */
  readonly isFull: (socket: Socket) => boolean;
  /** The requests of a connection that are not answered yet, in their order. */
  readonly open: (socket: Socket) => readonly Turn[];
  /** The answers that are being made or sent, of all connections. */
  readonly underWay: Iterable<ServerResponse>;
  /** To be called with a connection that is full and sends another request: it is cut, and what waits is forgotten. */
  readonly refuse: (socket: Socket) => void;
}

/**
 * Lets requests that were sent one after the other without waiting for answers be handled one after the other, too.
 *
 * Node alone handles all of them at once, keeps their answers until the caller takes them, and works on them even if the
 * caller has gone.
 */
export function inTurns({ handler, waiting, began, ended, flooded }: TurnsOptions): Turns {
  const queues = new WeakMap<Socket, Turn[]>();
  const underWay = new Chain<ServerResponse>();
  const queueOf = (socket: Socket): Turn[] => {
    const known = queues.get(socket);
    if (known) return known;
    const queue: Turn[] = [];
    queues.set(socket, queue);
    return queue;
  };
  const isFull = (socket: Socket): boolean => socket.destroyed || queueOf(socket).length > waiting;
  const refuse = (socket: Socket): void => {
    if (socket.destroyed) return;
    flooded();
    const [first] = queueOf(socket).splice(0);
    // Whoever reads its body hears of the end from the request alone.
    first?.[0].destroy();
    socket.destroy();
  };
  /** Handles the first of a queue, which stays there until its response is closed: sent, or lost with its connection. */
  const next = (queue: Turn[], socket: Socket): void => {
    const turn = queue[0];
    if (!turn) {
      if (socket.writable) ended(socket);
      return;
    }
    const [request, response] = turn;
    const link = underWay.add(response);
    response.on('close', () => {
      underWay.remove(link);
      queue.shift();
      // The answer was the last one of its connection: what waits is never answered.
      if (!socket.writable) queue.length = 0;
      next(queue, socket);
    });
    handler(request, response);
  };
  const take = (...turn: Turn): void => {
    const { socket } = turn[0];
    if (isFull(socket)) {
      // The parser stops before that, see `stoppable()`; that of another version of node may not.
      refuse(socket);
      return;
    }
    const queue = queueOf(socket);
    queue.push(turn);
    if (queue.length > 1) return;
    began(socket);
    next(queue, socket);
  };
  return { take, isFull, refuse, open: queueOf, underWay };
}
