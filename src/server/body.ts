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
 * How small the pieces of a body may be. Each one takes microseconds from other callers. The first ones may be of any
 * size, as of somebody who sends a chunk for each token; beyond those they must have so many bytes on average, of which
 * even the smallest segments of TCP (536 bytes) have a multiple.
 */
const [FREE_PIECES, PIECE_BYTES] = [2048, 128];

/** A body, or why there is none. */
export type Body = Buffer | 'too_large' | 'fragmented' | 'aborted' | 'overloaded';

/**
 * Reads a request's body into memory, up to `BODY_LIMIT`.
 *
 * A body that is too large or comes in too many pieces, or that loses its share of the memory, leaves the rest of it
 * unread; a caller that hangs up yields `aborted`. Either way the pieces are free then.
 *
 * @param done is called once. It is no promise, because of what promises cost a review.
 */
export function readBody(
  request: IncomingMessage,
  memory: SharedMemory,
  done: (body: Body) => void,
): void {
  let pieces: Buffer[] | undefined = [];
  let size = 0;
  const finish = (body: Body): void => {
    if (!pieces) return;
    pieces = undefined;
    share.release();
    done(body);
  };
  const share = memory.share(() => {
    finish('overloaded');
  });
  request.on('data', (piece: Buffer) => {
    if (!pieces) return;
    size += piece.length;
    if (size > BODY_LIMIT) {
      finish('too_large');
    } else if (pieces.length > FREE_PIECES + size / PIECE_BYTES) {
      finish('fragmented');
    } else {
      pieces.push(piece);
      share.grow(piece.length + PIECE_COST);
    }
  });
  request.on('end', () => {
    if (pieces) finish(joined(pieces, size));
  });
  request.on('close', () => {
    finish('aborted');
  });
}

/** A usual review comes in one piece. */
const joined = (pieces: readonly Buffer[], size: number): Buffer =>
  pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, size);
