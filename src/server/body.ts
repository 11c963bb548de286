import type { IncomingMessage } from 'node:http';
import type { SharedMemory } from './memory.js';

/**
 * The largest body that is read: 7 MiB, the limit of controller-runtime's webhook server too.
 *
 * etcd takes requests of up to 1.5 MiB, so no stored object is larger as protobuf. In a review it is JSON, which can be
 * twice that with its managedFields, and an update carries `oldObject` as well: 1.5 MiB * 2 * 2 = 6 MiB. The seventh is
 * for `options`, `userInfo` and whatever else the API server adds.
 */
export const BODY_LIMIT = 7 * 1024 * 1024;

/** What a piece of a body costs besides its bytes: a Buffer and its backing store. A body may come byte by byte. */
const PIECE_COST = 512;

/**
 * The most pieces of a body that are read: the largest body in the smallest segments that TCP promises (536 bytes)
 * needs fewer. Each one takes a few microseconds from other callers.
 */
const PIECE_LIMIT = 16 * 1024;

/** A body, or why there is none. */
export type Body = Buffer | 'too_large' | 'fragmented' | 'aborted' | 'overloaded';

/**
 * Reads a request's body into memory, up to `BODY_LIMIT`.
 *
 * A body that is too large or comes in too many pieces, or that loses its share of the memory, leaves the rest of it unread; a caller that hangs up
 * yields `aborted`. Either way nothing stays behind: the listeners are gone and the chunks are free.
 */
export function readBody(request: IncomingMessage, memory: SharedMemory): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (body: Body): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      share.release();
      chunks.length = 0;
      resolve(body);
    };
    const share = memory.share(() => {
      finish('overloaded');
    });
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > BODY_LIMIT) {
        finish('too_large');
        return;
      }
      if (chunks.length === PIECE_LIMIT) {
        finish('fragmented');
        return;
      }
      chunks.push(chunk);
      share.grow(chunk.length + PIECE_COST);
    };
    const onEnd = (): void => {
      finish(Buffer.concat(chunks, size));
    };
    const onClose = (): void => {
      finish('aborted');
    };
    // The error listener stays, so that a late reset of the connection has somebody to hear it.
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
