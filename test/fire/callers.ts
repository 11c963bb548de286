import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { rawRequest, rawReview } from '../integration/support/wire.js';
import { aReview } from '../support/review.js';
import type { Target } from './target.js';

/** The connections of one kind of hostile caller. */
export interface Hostile {
  readonly sockets: readonly Socket[];
  /** How often each status was answered. */
  readonly answers: ReadonlyMap<string, number>;
  /** How many the server has closed. */
  closed(): number;
}

/** How one hostile caller connects and what it sends then. */
export interface Caller {
  readonly name: string;
  readonly plain?: 'webhook' | 'ops';
  readonly deaf?: boolean;
  readonly text?: string;
  /** How many of them there are, compared to the number that was asked for. */
  readonly share: number;
  /** Whether each hangs up as soon as it has sent. */
  readonly aborts?: boolean;
}

const review = rawReview(aReview());
const half = rawRequest('POST /mutate', [
  'Content-Type: application/json',
  'Content-Length: 7000000',
]);
const metrics = rawRequest('GET /metrics');

/** Every kind of caller that the long run sends. */
export const callers: readonly Caller[] = [
  { name: 'TCP only, no handshake', plain: 'webhook', share: 1 },
  { name: 'handshake, then silence', share: 1 },
  { name: 'half the headers', text: 'POST /mutate HTTP/1.1\r\nHo', share: 1 },
  { name: 'half a small body', text: review.slice(0, -20), share: 1 },
  { name: 'one review, then idle', text: review, share: 1 },
  { name: 'aborted after half a review', text: review.slice(0, -20), share: 0.2, aborts: true },
  { name: 'aborted while answered', text: review, share: 0.2, aborts: true },
  { name: '6.5 MB of a 7 MB body', text: half + 'x'.repeat(6_500_000), share: 0.02 },
  {
    name: '100,000 pieces of one byte',
    text:
      rawRequest('POST /mutate', ['Content-Type: application/json', 'Transfer-Encoding: chunked']) +
      '1\r\nx\r\n'.repeat(100_000),
    share: 0.02,
  },
  {
    name: '100,000 pieces of one byte to the plain port',
    plain: 'ops',
    text: rawRequest('POST /', ['Transfer-Encoding: chunked']) + '1\r\nx\r\n'.repeat(100_000),
    share: 0.02,
  },
  { name: '2,000 reviews in one write, deaf', text: review.repeat(2_000), deaf: true, share: 0.02 },
  {
    name: '5,000 GET /metrics in one write, deaf',
    plain: 'ops',
    text: metrics.repeat(5_000),
    deaf: true,
    share: 0.02,
  },
  {
    name: '5,000 GET /metrics in one write over TLS, deaf',
    text: metrics.repeat(5_000),
    deaf: true,
    share: 0.02,
  },
  {
    name: '10,000 requests without a host in one write, deaf',
    plain: 'ops',
    text: 'GET / HTTP/1.1\r\n\r\n'.repeat(10_000),
    deaf: true,
    share: 0.02,
  },
  { name: 'garbage in TLS', text: 'NONSENSE\r\n\r\n', share: 0.1 },
  { name: 'plain HTTP on the TLS port', plain: 'webhook', text: metrics, share: 0.1 },
];

/** Opens the connections, so many at a time, and sends the text on each. */
export async function attack(target: Target, caller: Caller, count: number): Promise<Hostile> {
  const sockets: Socket[] = [];
  const answers = new Map<string, number>();
  let closed = 0;
  const openOne = async (): Promise<void> => {
    const { socket, ready } = connectTo(target, caller);
    sockets.push(socket);
    socket.on('error', () => undefined).on('close', () => (closed += 1));
    if (caller.deaf) socket.pause();
    else {
      socket.on('data', (data: Buffer) => {
        countStatuses(data, answers);
      });
    }
    await Promise.race([once(socket, ready), once(socket, 'close')]).catch(() => undefined);
    if (caller.text !== undefined) socket.write(caller.text);
    if (caller.aborts) socket.destroySoon();
  };
  while (sockets.length < count) {
    const batch = Math.min(BATCH, count - sockets.length);
    await Promise.all(Array.from({ length: batch }, openOne));
  }
  return { sockets, answers, closed: () => closed };
}

const BATCH = 50;

function connectTo({ webhook, ops, ca }: Target, { plain }: Caller) {
  if (plain === undefined) {
    // Sessions are not kept: every caller pays for its handshake.
    return { socket: connectTls({ ...webhook, ca }), ready: 'secureConnect' };
  }
  return { socket: connectTcp(plain === 'ops' ? ops : webhook), ready: 'connect' };
}

function countStatuses(data: Buffer, answers: Map<string, number>): void {
  for (const [, status = ''] of data.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
    answers.set(status, (answers.get(status) ?? 0) + 1);
  }
}
