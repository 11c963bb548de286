import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a program that ended badly left behind. */
interface Failure {
  readonly code?: number | string | null;
  readonly signal?: string | null;
  readonly stderr?: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What is written to its stdin. */
  readonly input?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Enough for the output of `kubectl get -o json` of everything. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to stdout.
 * @throws Error with the command and its last words if it does not end with 0.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { input, ...rest } = options;
  try {
    const running = promisify(execFile)(program, args, { maxBuffer: MAX_OUTPUT, ...rest });
    running.child.stdin?.end(input);
    return (await running).stdout;
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')}: ${lastWords(error as Failure)}`, {
      cause: error,
    });
  }
}

/** The same for what may fail without harm. */
export async function tryRun(program: string, args: readonly string[]): Promise<string> {
  return run(program, args).catch(() => '');
}

const lastWords = ({ code, signal, stderr = '' }: Failure): string =>
  code === 'ENOENT'
    ? 'the program is not installed'
    : `${stderr.trim().split('\n').slice(-5).join('\n')} (${String(code ?? signal)})`;
