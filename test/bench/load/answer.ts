/** An answer of HTTP/1.1 with a length, as all servers of the benchmark send it. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Collects the bytes of a connection until an answer is complete. One request is under way at a time, so nothing may
 * follow an answer.
 *
 * @returns a function that takes the next bytes, and gives the answer once it is complete. It throws where the bytes
 * are no such answer.
 */
export function answerReader(): (chunk: Buffer) => Answer | undefined {
  let held: Buffer | undefined;
  let head: Head | undefined;
  return (chunk) => {
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    head ??= headOf(bytes);
    const missing = head ? head.end + head.length - bytes.length : 1;
    if (missing < 0) throw new Error('more bytes than the answer has');
    if (!head || missing > 0) {
      held = bytes;
      return undefined;
    }
    const answer = { status: head.status, body: bytes.subarray(head.end) };
    held = head = undefined;
    return answer;
  };
}

interface Head {
  readonly status: number;
  /** Length of the body. */
  readonly length: number;
  /** Where the body begins. */
  readonly end: number;
}

function headOf(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const text = bytes.toString('latin1', 0, end);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (status === undefined || length === undefined)
    throw new Error(`not an answer with a length: ${text.slice(0, 200)}`);
  return { status: Number(status), length: Number(length), end: end + 4 };
}
