/** Bytes that are not text as this program reads it. */
export class EncodingError extends Error {
  /** The line of the first byte that does not fit, from 1. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.name = 'EncodingError';
    this.line = line;
  }
}

/**
 * Turns the bytes of a file into text. Nothing is replaced: a `U+FFFD` for what cannot be read would be written into
 * documents that are to come out as they went in.
 *
 * @returns the text, with its byte order mark if it has one.
 * @throws EncodingError if the bytes are not UTF-8.
 */
export function decodeText(bytes: Uint8Array): string {
  if (isUtf16(bytes)) {
    throw new EncodingError('is not UTF-8 but UTF-16; save it as UTF-8', 1);
  }
  try {
    return decode(bytes);
  } catch {
    throw new EncodingError(
      'is not UTF-8 (Latin-1, perhaps); save it as UTF-8',
      firstBadLine(bytes),
    );
  }
}

const decode = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

/** By its byte order mark; no UTF-8 has these bytes. */
const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

/** No character of UTF-8 has the byte of a newline in it, so each line can be tried on its own. */
function firstBadLine(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const newline = bytes.indexOf(0x0a, start);
    if (newline < 0 || !isUtf8(bytes.subarray(start, newline))) return line;
    start = newline + 1;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decode(bytes);
    return true;
  } catch {
    return false;
  }
}
