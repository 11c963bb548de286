/** One link of an error's chain of causes, reduced to what is safe to log. */
export interface FaultLink {
  readonly name: string;
  readonly message: string;
  /** Where it was thrown, innermost call first. */
  readonly at: readonly string[];
}

/** A chain of causes is this long at most; a longer one is likely to be a ring. */
const CHAIN_LIMIT = 8;
const FRAME_LIMIT = 12;
const MESSAGE_LIMIT = 300;

/**
 * Describes what was thrown in a review, and its causes, without what it may quote of the pod.
 *
 * An error's own properties are left out, and so are all lines of its message but the first: fast-json-patch puts the
 * whole document into both. Nothing that is not an Error is shown at all.
 */
export function describeFault(error: unknown): readonly FaultLink[] {
  const chain: FaultLink[] = [];
  let link: unknown = error;
  while (link !== undefined && chain.length < CHAIN_LIMIT) {
    chain.push(describe(link));
    link = link instanceof Error ? link.cause : undefined;
  }
  return chain;
}

function describe(error: unknown): FaultLink {
  if (!(error instanceof Error)) {
    return { name: typeof error, message: 'something that is not an Error was thrown', at: [] };
  }
  return { name: error.name, message: safeMessage(error), at: framesOf(error) };
}

/** Errors of parsers and of node's argument checks quote their input: JSON.parse shows a piece of the text. */
function safeMessage(error: Error): string {
  if (error instanceof SyntaxError) return 'left out, because it quotes what could not be parsed';
  if ('code' in error && String(error.code).startsWith('ERR_INVALID_')) return String(error.code);
  return (error.message.split('\n', 1)[0] ?? '').slice(0, MESSAGE_LIMIT);
}

/** V8's stack begins with the message, so only the lines after it are taken that look like a call. */
function framesOf({ stack = '', message }: Error): string[] {
  const from = stack.indexOf(message) + message.length;
  return stack
    .slice(from)
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, FRAME_LIMIT)
    .map((line) => line.trim());
}
