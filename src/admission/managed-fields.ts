/** As the API server writes it, without blanks. Within a string its quotes would be escaped. */
const START = Buffer.from('"managedFields":[');
const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x5b, 0x5d];

/**
 * The text of a body, with an empty list in place of its first list of managedFields. They say who wrote which field,
 * are nearly half of a pod's JSON, and take more than half of the time to read it; nothing of the injector looks at them.
 *
 * What the list holds is skipped, not checked: the rest is JSON if and only if the body is, or is broken only in there.
 */
export function withoutManagedFields(body: Buffer): string {
  const start = body.indexOf(START);
  if (start < 0) return body.toString();
  const open = start + START.length - 1;
  const end = endOfList(body, open);
  if (end < 0) return body.toString();
  return body.toString('utf8', 0, open + 1) + body.toString('utf8', end);
}

/** @returns where the bracket is that closes the list, or -1. */
function endOfList(body: Buffer, open: number): number {
  let depth = 0;
  for (let at = open; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfString(body, at);
    else if (byte === OPEN) depth += 1;
    else if (byte === CLOSE) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** @returns where the quote is that closes the string, or the end of the body. */
function endOfString(body: Buffer, quote: number): number {
  let at = quote + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}
