import { ConfigError } from '../config/error.js';
import { InputError, problemText } from '../standalone/manifest.js';
import { EXIT, type Exit, type Sink } from './io.js';

/** A command that was called in a way that it cannot make sense of. The message says what to do. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * Says on stderr why a command ended, one line for each problem.
 *
 * @returns the exit code: 2 for what the user can mend in the input or the configuration, 1 for everything else.
 */
export function report(error: unknown, stderr: Sink): Exit {
  const problems = problemsOf(error);
  for (const problem of problems ?? [chain(error)]) stderr.write(`ds-injector: ${problem}\n`);
  return problems ? EXIT.input : EXIT.fault;
}

function problemsOf(error: unknown): readonly string[] | undefined {
  if (error instanceof InputError) return error.problems.map(problemText);
  if (error instanceof ConfigError) return error.problems;
  return error instanceof UsageError ? [error.message] : undefined;
}

/** The message of an error and of its causes in one line: what was being done, and why it failed. */
export function chain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.split('\n', 1).join();
  return error.cause === undefined ? message : `${message}: ${chain(error.cause)}`;
}
