import { connect, type TLSSocket } from 'node:tls';
import { answerReader, type Answer } from './answer.js';

export interface ConnectionEvents {
  /** An answer is here; the next request may be sent. */
  readonly answered: (answer: Answer) => void;
  /** The connection is of no more use. Called once at most, and not after `close`. */
  readonly failed: (why: string) => void;
}

export interface Connection {
  readonly send: (bytes: Buffer) => void;
  readonly close: () => void;
}

/** Opens a TLS connection to a server on this machine. @returns when its handshake is done. */
export async function open(port: number, events: ConnectionEvents): Promise<Connection> {
  // The servers' certificates are made for the run and signed by nobody.
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.setNoDelay();
  await secured(socket);
  return connectionOf(socket, events);
}

const secured = (socket: TLSSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
  });

function connectionOf(socket: TLSSocket, events: ConnectionEvents): Connection {
  const read = answerReader();
  let over = false;
  const fail = (why: string): void => {
    if (over) return;
    over = true;
    socket.destroy();
    events.failed(why);
  };
  socket.on('error', ({ message }: Error) => {
    fail(message);
  });
  socket.on('close', () => {
    fail('the server closed the connection');
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      const answer = read(chunk);
      if (answer) events.answered(answer);
    } catch (error) {
      fail(String(error));
    }
  });
  return {
    send: (bytes) => void socket.write(bytes),
    close: () => {
      over = true;
      socket.destroy();
    },
  };
}
