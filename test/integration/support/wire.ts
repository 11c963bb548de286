import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { vi } from 'vitest';
import type { Address } from '../../../src/server/connections.js';
import type { FaultKind } from '../../../src/server/faults.js';
import type { Injector } from './injector.js';

/** A connection whose bytes the test writes itself, and what came back on it. */
export interface Wire {
  readonly socket: Socket;
  /** Everything that was received so far. */
  received(): string;
  /** The statuses of all answers so far. */
  statuses(): readonly number[];
  /** Waits until the connection is closed; gives everything that was received. */
  closed(): Promise<string>;
  /** Waits for so many answers. */
  answers(count: number): Promise<readonly number[]>;
}

export interface WireOptions extends ConnectionOptions {
  /** Leaves unread what the server sends. */
  readonly deaf?: boolean;
}

/** Opens a TLS connection and waits for its handshake. */
export async function openWire(address: Address, options: WireOptions): Promise<Wire> {
  const socket = connectTls({ ...address, ...options });
  const wire = watchWire(socket, options.deaf);
  await once(socket, 'secureConnect');
  return wire;
}

/** Opens a plain connection and waits for it. */
export async function openPlainWire(address: Address, halfOpen = false): Promise<Wire> {
  const socket = connectTcp({ ...address, allowHalfOpen: halfOpen });
  const wire = watchWire(socket);
  await once(socket, 'connect');
  return wire;
}

function watchWire(socket: Socket, deaf = false): Wire {
  const chunks: Buffer[] = [];
  if (deaf) socket.pause();
  else socket.on('data', (chunk) => chunks.push(chunk));
  const received = (): string => Buffer.concat(chunks).toString('latin1');
  const statuses = (): readonly number[] =>
    [...received().matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  // A reset is one way for the server to close a connection.
  const closed = new Promise<string>((resolve) => {
    socket
      .on('error', () => undefined)
      .once('close', () => {
        resolve(received());
      });
  });
  return {
    socket,
    received,
    statuses,
    closed: () => closed,
    answers: (count) =>
      vi.waitFor(
        () => {
          const all = statuses();
          if (all.length < count) throw new Error(`${all.length} of ${count} answers`);
          return all;
        },
        { timeout: 10_000, interval: 5 },
      ),
  };
}

/** A request as it goes over the wire; `headers` are whole lines. */
export const rawRequest = (first: string, headers: readonly string[] = [], body = ''): string =>
  [`${first} HTTP/1.1`, 'Host: injector', ...headers, '', body].join('\r\n');

/** A POST of a body to `/mutate`. */
export const rawReview = (review: unknown, ...headers: string[]): string => {
  const body = typeof review === 'string' ? review : JSON.stringify(review);
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return rawRequest('POST /mutate', ['Content-Type: application/json', length, ...headers], body);
};

/** How many faults of a kind were counted, on both listeners. */
export async function faultsOf({ metrics }: Injector, kind: FaultKind): Promise<number> {
  const { values } = await metrics.connectionFaults.get();
  return values
    .filter(({ labels }) => labels.kind === kind)
    .reduce((sum, { value }) => sum + value, 0);
}

/** Waits until so many faults of a kind were counted. */
export async function untilFaults(injector: Injector, kind: FaultKind, count = 1): Promise<void> {
  await vi.waitFor(
    async () => {
      const seen = await faultsOf(injector, kind);
      if (seen < count) throw new Error(`${seen} of ${count} faults ${kind}`);
    },
    { timeout: 10_000, interval: 5 },
  );
}
