import { GarbageError } from './api.js';

const NEWLINE = 0x0a;

/**
 * Splits a stream of bytes into its lines. A line is decoded as a whole, so that the borders of chunks may lie anywhere,
 * also within a character. Empty lines are left out.
 *
 * @param limit the longest line in bytes; what an API server may send is bounded, and so has to be what is kept here.
 * @throws GarbageError if a line is longer, Error if the stream ends within one; whatever the stream throws.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<string, void, undefined> {
  let pieces: Buffer[] = [];
  let size = 0;
  const take = (piece: Buffer): void => {
    size += piece.length;
    if (size > limit) throw new GarbageError(`a line is longer than ${limit} bytes`);
    pieces.push(piece);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      if (size > 0) yield Buffer.concat(pieces).toString();
      pieces = [];
      size = 0;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (size > 0) throw new Error('the stream ends within a line');
}
