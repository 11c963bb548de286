import type { Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { deafen } from './parsing.js';
import type { Turns } from './turns.js';

/** What went wrong with a connection, as a closed list: it is the label of a metric. */
export type FaultKind =
  | 'tls'
  | 'tls_timeout'
  | 'not_http'
  | 'headers_too_large'
  | 'request_timeout'
  | 'reset'
  | 'half_request'
  | 'unsupported'
  | 'length_required'
  | 'stalled'
  | 'flooded'
  | 'crowded_out'
  | 'answer_dropped'
  | 'other';

/** A connection that failed outside of a review, or the listener's failure to accept one. */
export interface ConnectionFault {
  readonly listener: 'webhook' | 'ops';
  readonly kind: FaultKind;
  /** The code of node or OpenSSL (`ECONNRESET`, `ERR_SSL_HTTP_REQUEST`, `HPE_INVALID_METHOD`), or what was going on. */
  readonly code: string;
}

export interface ConnectionObserver {
  /** Port scans and health checks of load balancers cause these all day. */
  connectionFailed(fault: ConnectionFault): void;
}

/** Reports a fault of one listener. */
export type ReportFault = (kind: FaultKind, code: string) => void;

export interface FaultOptions {
  readonly report: ReportFault;
  /** A connection has got its last answer and should be gone soon. */
  readonly ending: (socket: Socket) => void;
  readonly turns: Pick<Turns, 'open' | 'isFull' | 'refuse'>;
}

/** The first prefix that fits counts. */
const kinds: readonly (readonly [prefix: string, kind: FaultKind])[] = [
  ['HPE_HEADER_OVERFLOW', 'headers_too_large'],
  ['HPE_INVALID_EOF_STATE', 'half_request'],
  ['HPE_', 'not_http'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request_timeout'],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'tls_timeout'],
  ['ERR_SSL_', 'tls'],
  ['ERR_TLS_', 'tls'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
];

/** The answers to what cannot be parsed as a request; node would send the same if it had no listener. */
const statusLines: Readonly<Partial<Record<FaultKind, string>>> = {
  not_http: '400 Bad Request',
  half_request: '400 Bad Request',
  headers_too_large: '431 Request Header Fields Too Large',
  request_timeout: '408 Request Timeout',
  length_required: '411 Length Required',
  unsupported: '405 Method Not Allowed\r\nAllow: POST, GET, HEAD',
};

/**
 * Keeps broken connections, failed handshakes and failed accepts (`EMFILE`) from ending the process, and reports them.
 */
export function surviveFaults(server: Server, { report, ending, turns }: FaultOptions): void {
  const givenUp = new WeakSet<Socket>();
  const giveUp = (socket: Socket, kind: FaultKind, code: string): void => {
    // What still comes on a connection that has been given up is no news.
    if (givenUp.has(socket)) return;
    givenUp.add(socket);
    report(kind, code);
    const unanswered = turns.open(socket);
    const last = unanswered.at(-1);
    if (last?.[0].complete) lastAnswer(last[1], socket);
    else if (unanswered.length > 1 || last?.[1].headersSent) socket.destroy();
    else endBroken(socket, kind, ending);
  };
  // node hands failed TLS handshakes to this event too.
  server.on('clientError', (error, socket) => {
    const code = codeOf(error);
    if (isSocket(socket)) giveUp(socket, kindOf(code), code);
  });
  // Without a listener, node would close the connection without a word.
  server.on('connect', ({ socket }) => {
    socket.on('error', () => undefined);
    giveUp(socket, 'unsupported', 'CONNECT');
  });
  // The parser has stopped, see `stoppable()`.
  server.on('upgrade', ({ socket }) => {
    socket.on('error', () => undefined);
    if (turns.isFull(socket)) {
      turns.refuse(socket);
      return;
    }
    // Closing while the caller still sends could take the answer from it.
    deafen(socket);
    giveUp(socket, 'length_required', 'CHUNKS');
  });
  server.on('error', (error) => {
    report('other', codeOf(error));
  });
}

/** Makes an answer that has yet to begin the last one of its connection. */
export function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

/** Always so, but node's types know only that it is a stream. */
const isSocket = (stream: Duplex): stream is Socket => stream instanceof Socket;

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

const kindOf = (code: string): FaultKind =>
  kinds.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'other';

/** A whole request was followed by garbage: it gets its own answer, not one about the garbage. */
function lastAnswer(response: ServerResponse, socket: Socket): void {
  if (socket.writable && !response.headersSent) askToClose(response);
  else socket.destroy();
}

function endBroken(socket: Socket, kind: FaultKind, ending: FaultOptions['ending']): void {
  const statusLine = statusLines[kind];
  if (statusLine === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  ending(socket);
  socket.end(`HTTP/1.1 ${statusLine}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
