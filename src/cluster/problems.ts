/** Different problems that are told at most until all is well again. */
const TOLD = 20;

/** Tells a problem once, however often it is met, until all was well in between. */
export class Problems {
  readonly #told = new Set<string>();
  #latest: string | undefined;

  /** The problem that was met last; undefined if all is well. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** @returns whether it is worth telling. */
  met(problem: string): boolean {
    this.#latest = problem;
    if (this.#told.has(problem) || this.#told.size >= TOLD) return false;
    this.#told.add(problem);
    return true;
  }

  /** All is well. @returns whether a problem had been told. */
  over(): boolean {
    const told = this.#told.size > 0;
    this.#told.clear();
    this.#latest = undefined;
    return told;
  }
}

/** The message of an error and of its causes in one line. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = messageOf(error);
  return error.cause === undefined ? message : `${message}: ${problemOf(error.cause)}`;
}

/** node tells of several addresses that failed in an error without a message. */
function messageOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (error.message === '' && first !== undefined) return problemOf(first);
  return error.message.split('\n', 1).join();
}
