import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Address } from '../../src/server/connections.js';

/** The real program in its own process. */
export interface Target {
  readonly webhook: Address;
  readonly ops: Address;
  readonly ca: string;
  /** Resident memory in MiB. */
  rss(): Promise<number>;
  /** The value of a metric, all its labels together. */
  metric(name: string): Promise<number>;
  /** Ends the process; @returns its exit code. */
  stop(): Promise<number | null>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts `ds-injector serve` on free ports, with the World of the examples. */
export async function startTarget(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'ds-injector-fire-'));
  const flags = Object.entries({
    world: join(root, 'examples/world'),
    'listen-address': '127.0.0.1',
    port: '0',
    'ops-port': '0',
    'cert-dir': folder,
    'drain-seconds': '5',
  }).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [join(root, 'dist/main.js'), 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { port, opsPort } = await listening(child);
  const ops = { host: '127.0.0.1', port: opsPort };
  return {
    webhook: { host: '127.0.0.1', port },
    ops,
    ca: await readFile(join(folder, 'ca.crt'), 'utf8'),
    rss: async () => (await metricOf(ops, 'process_resident_memory_bytes')) / 2 ** 20,
    metric: (name) => metricOf(ops, name),
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      await rm(folder, { recursive: true });
      return code;
    },
  };
}

interface Ports {
  readonly port: number;
  readonly opsPort: number;
}

/** Reads the log to its end, so that the process never waits for its reader. */
async function listening(child: ChildProcess): Promise<Ports> {
  if (!child.stdout) throw new Error('the log of the process is not readable');
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error('the process ended before it listened'));
    });
    lines.on('line', (line) => {
      if (line.includes('"msg":"listening"')) resolve(JSON.parse(line) as Ports);
    });
  });
}

async function metricOf({ host, port }: Address, name: string): Promise<number> {
  const response = await fetch(`http://${host}:${port}/metrics`, {
    headers: { connection: 'close' },
  });
  const lines = (await response.text()).split('\n');
  return lines
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
