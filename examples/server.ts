import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server that runs in a process of its own, as an operator would run it. */
export interface RunningServer {
  readonly port: number;
  readonly opsPort: number;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
}

/**
 * Starts `ds-injector serve` on free ports.
 *
 * @returns when it listens.
 * @throws if it ends before that; its own words are on stderr then.
 */
export async function startServer(options: {
  world: string;
  certDir: string;
}): Promise<RunningServer> {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const flags = ['--world', options.world, '--cert-dir', options.certDir];
  const local = ['--listen-address', 'localhost', '--port', '0', '--ops-port', '0'];
  const child = spawn(process.execPath, [main, 'serve', ...flags, ...local], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Also when this process dies of an error, such as a reader that closed the pipe.
  process.once('exit', () => child.kill('SIGTERM'));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  for await (const line of createInterface(child.stdout)) {
    const entry = JSON.parse(line) as { msg?: string; port?: number; opsPort?: number };
    if (entry.msg !== 'listening') continue;
    child.stdout.resume();
    const { port = 0, opsPort = 0 } = entry;
    return {
      port,
      opsPort,
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error('the server ended before it listened');
}
