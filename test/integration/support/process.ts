import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { listen, type Log } from '../../support/golden/served.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The World of the examples, from the root of the project. */
const WORLD = 'examples/world';

/** Spawns the built program's `serve`, with the World of the examples if it is told of no cluster, on free ports of 127.0.0.1. */
export function spawnServe(
  flags: readonly string[],
  stdio: StdioOptions,
  nodeFlags: readonly string[] = [],
): ChildProcess {
  const world = flags.includes('--cluster') ? [] : ['--world', WORLD];
  const fixed = [...world, '--listen-address', '127.0.0.1', '--port', '0'];
  const args = [...nodeFlags, 'dist/main.js', 'serve', ...fixed, '--ops-port', '0', ...flags];
  return spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'] },
    stdio,
  });
}

/** A running `serve` whose log is read. */
export interface Running {
  readonly child: ChildProcess;
  readonly log: Log;
  readonly webhook: { readonly host: string; readonly port: number };
  readonly ops: { readonly host: string; readonly port: number };
  /** The exit code, once everything that it wrote has been read; null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Spawns `serve` and waits until it listens. */
export async function startServe(flags: readonly string[]): Promise<Running> {
  const child = spawnServe(flags, ['ignore', 'pipe', 'pipe']);
  const log = listen(child);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const { port, opsPort } = await log.line(({ msg }) => msg === 'listening');
  const at = (value: unknown) => ({ host: '127.0.0.1', port: Number(value) });
  return { child, log, webhook: at(port), ops: at(opsPort), ended };
}

/** Seconds of CPU that a process has used. Only Linux tells. */
export async function cpuOf({ child }: Running): Promise<number> {
  const stat = await readFile(`/proc/${String(child.pid)}/stat`, 'utf8');
  // Fields 14 and 15 of proc(5), counted behind the name, which may hold spaces; in clock ticks of 1/100 s.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** Ends a process that a test may have left running. */
export async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A port that was free a moment ago, for a server that cannot tell which one it picked. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
