import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { postReview } from '../../integration/support/client.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder for certificates and Worlds of the processes of one test run. */
export interface Workshop {
  readonly folder: string;
  readonly certificates: string;
  close(): void;
}

/** Builds the program if it is stale and makes a folder, which `close` removes. */
export function openWorkshop(): Workshop {
  const prepared = spawnSync(process.execPath, ['scripts/prepare.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (prepared.status !== 0) throw new Error(`building dist/: ${prepared.stderr}`);
  const folder = mkdtempSync(join(tmpdir(), 'ds-injector-golden-'));
  return {
    folder,
    certificates: join(folder, 'certs'),
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** What a process is started with: a World and the injection options by the name of their flag. */
export interface ServeOptions {
  /** Names the process's own folder. */
  readonly name: string;
  readonly world: readonly unknown[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly profiles?: readonly unknown[] | undefined;
}

/** The part of a log line that tests read. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A spawned `ds-injector serve`. */
export interface Served {
  /** Puts another World in place of the one that the process has, and waits until it has taken it over. */
  load(world: readonly unknown[]): Promise<void>;
  /** Sends a review; resolves with the answer and the log line of its decision. */
  review(body: Readonly<Record<string, unknown>>): Promise<{ answer: unknown; line: LogLine }>;
  stop(): Promise<void>;
}

/** Starts a process and waits until it says that it listens. */
export async function serve(workshop: Workshop, options: ServeOptions): Promise<Served> {
  const folder = join(workshop.folder, options.name);
  mkdirSync(folder, { recursive: true });
  putWorld(folder, options.world);
  const child = spawn(process.execPath, ['dist/main.js', ...argumentsOf(workshop, options)], {
    cwd: root,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // For a run that is cut short: a process must not outlive the tests.
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  const log = listen(child);
  void log.ended.then(() => process.off('exit', kill));
  const listening = await log.line(({ msg }) => msg === 'listening');
  const port = Number(listening['port']);
  const ca = readFileSync(join(workshop.certificates, 'ca.crt'));
  const agent = new Agent({ keepAlive: true, ca });
  return {
    load: async (world) => {
      const loaded = log.line(({ msg }) => msg.startsWith('world '), log.count());
      putWorld(folder, world);
      const { msg, problems } = await loaded;
      if (msg !== 'world loaded') throw new Error(`${msg}: ${JSON.stringify(problems)}`);
    },
    review: async (body) => {
      const { uid } = body['request'] as { uid: string };
      const decided = log.line((line) => line.msg === 'review decided' && line['uid'] === uid);
      const answer = await postReview({ host: '127.0.0.1', port }, body, { agent });
      if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.body}`);
      return { answer: JSON.parse(answer.body), line: await decided };
    },
    stop: async () => {
      agent.destroy();
      child.kill('SIGTERM');
      await log.ended;
    },
  };
}

/** By way of a rename, so that the process never sees half a file. */
function putWorld(folder: string, items: readonly unknown[]): void {
  writeFileSync(join(folder, 'new'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  renameSync(join(folder, 'new'), join(folder, 'world.json'));
}

function argumentsOf(workshop: Workshop, options: ServeOptions): readonly string[] {
  const folder = join(workshop.folder, options.name);
  const profiles = join(folder, 'profiles.json');
  if (options.profiles !== undefined) writeFileSync(profiles, JSON.stringify(options.profiles));
  const flags = Object.entries({
    ...options.config,
    ...(options.profiles === undefined ? {} : { profiles }),
    world: join(folder, 'world.json'),
    'listen-address': '127.0.0.1',
    port: 0,
    'ops-port': 'off',
    'cert-dir': workshop.certificates,
  });
  return ['serve', ...flags.flatMap(([flag, value]) => [`--${flag}`, String(value)])];
}

export interface Log {
  /** The first line, of those that came and come, of which the question holds; fails when the process ends. */
  line(is: (line: LogLine) => boolean, from?: number): Promise<LogLine>;
  /** The number of lines so far. */
  count(): number;
  /** All lines so far. */
  lines(): readonly LogLine[];
  readonly ended: Promise<void>;
}

/** Reads the log of a process from its standard output. */
export function listen(child: ChildProcess): Log {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const output: string[] = [];
  const wake = (): void => {
    for (const look of waiting) look();
  };
  if (!child.stdout || !child.stderr) throw new Error('the process has no output');
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  createInterface(child.stdout).on('line', (text) => {
    lines.push(JSON.parse(text) as LogLine);
    wake();
  });
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  void ended.then(wake);
  return {
    ended,
    count: () => lines.length,
    lines: () => lines,
    line: (is, from = 0) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.slice(from).find(is);
          if (found === undefined && child.exitCode === null) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`the process ended: ${output.join('')}${JSON.stringify(lines)}`));
        };
        waiting.add(look);
        look();
      }),
  };
}
