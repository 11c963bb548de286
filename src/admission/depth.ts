/** Levels of lists and objects that a body may have; those of a real review are about twenty, of any custom object few. */
const DEEPEST = 1000;

/**
 * Smaller bodies are looked at only where they seem to be nested: they cannot hold the process for longer than
 * milliseconds, and the look would cost as much as a part of their parse.
 */
const SMALL = 64 * 1024;

/**
 * Brackets that open, from which on a small body is looked at. Usual reviews have 37 of them in 1,000 bytes, and so fewer.
 * JSON.stringify runs out of stack at 4,100 levels, which would count as a fault of the injector.
 */
const MANY = 3000;

/** Bytes between two that are looked at for an estimate. A prime number, so that it does not keep step with nesting. */
const STRIDE = 61;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];

/**
 * Whether a body is nested so deep that to parse it would hold up everybody else: six megabytes of `[` take JSON.parse
 * more than a second, many times what so many bytes of any real object take.
 *
 * @param body JSON in UTF-8; of other bytes, some answer is given.
 */
export function isTooDeep(body: Buffer): boolean {
  if (body.length < SMALL && !seemsNested(body)) return false;
  let depth = 0;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index];
    if (byte === QUOTE) index = endOfString(body, index);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Estimates whether there are many brackets that open. Who hides them from it is not refused, and gains nothing. */
function seemsNested(body: Buffer): boolean {
  // Each level takes two brackets.
  if (body.length < 2 * MANY) return false;
  let seen = 0;
  for (let index = 0; index < body.length; index += STRIDE) {
    const byte = body[index];
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) seen += 1;
  }
  return seen * STRIDE > MANY;
}

/** The index of the closing quote. */
function endOfString(body: Buffer, start: number): number {
  let end = body.indexOf(QUOTE, start + 1);
  while (end > 0 && isEscaped(body, end)) end = body.indexOf(QUOTE, end + 1);
  return end < 0 ? body.length : end;
}

/** An odd number of backslashes before a quote makes it a part of the string. */
function isEscaped(body: Buffer, quote: number): boolean {
  let index = quote - 1;
  while (body[index] === BACKSLASH) index -= 1;
  return (quote - index) % 2 === 0;
}
