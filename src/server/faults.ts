import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionFault, ConnectionObserver } from './connections.js';

/** The answers to what cannot be parsed as a request; node would send the same if it had no listener. */
const statusLines: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Keeps broken connections, failed handshakes and failed accepts (`EMFILE`) from ending the process, and reports them.
 */
export function surviveFaults(
  server: Server,
  listener: ConnectionFault['listener'],
  observe: ConnectionObserver,
): void {
  const report = (error: Error): string => {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    observe.connectionFailed({ listener, code });
    return code;
  };
  // node hands failed TLS handshakes to this event too.
  server.on('clientError', (error, socket) => {
    endBroken(socket, report(error));
  });
  server.on('error', report);
}

function endBroken(socket: Duplex, code: string): void {
  const isHttp = code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');
  if (!isHttp || !socket.writable || hasAnswered(socket)) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${statusLines[code] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`);
}

/** Whether an answer was sent or begun on the socket: a status line in the midst of one would corrupt it. */
function hasAnswered(socket: Duplex): boolean {
  return (
    'bytesWritten' in socket && typeof socket.bytesWritten === 'number' && socket.bytesWritten > 0
  );
}
