import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A server in a process of its own. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<null, Readable, null>;

/**
 * Starts a server that prints JSON lines, one of them with its port once it listens. What it prints after that is read
 * and thrown away, as a container runtime would read it; what it says on stderr is shown.
 *
 * @throws if it cannot be started, or ends before it listens.
 */
export async function startProcess(command: string, args: readonly string[]): Promise<Running> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: ownEnv() });
  // Also when this process dies of an error.
  const kill = (): void => void child.kill('SIGTERM');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject).once('exit', () => {
      resolve();
    });
  });
  const early = ended.then(() => {
    throw new Error(`${command} ${args.join(' ')} ended before it listened`);
  });
  const port = await Promise.race([portOf(child), early]);
  early.catch(() => undefined);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await ended;
  };
  return { port, pid: child.pid ?? 0, stop };
}

/** Options of the injector come from its arguments alone. */
const ownEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('DS_INJECTOR_')),
  );

/** Reads stdout to its end, but looks at it only until the port is found. */
function portOf({ stdout }: Child): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      const port = text.split('\n').slice(0, -1).map(portIn).find(Boolean);
      if (port === undefined) return;
      stdout.off('data', look).resume();
      resolve(port);
    };
    stdout.on('data', look);
  });
}

function portIn(line: string): number | undefined {
  try {
    return (JSON.parse(line) as { port?: number }).port;
  } catch {
    return undefined;
  }
}
