import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PATH } from './packages.js';
import { beginningOf } from './processes.js';
import { until } from './until.js';

/** A process, told apart from a later one of the same number by when it began. */
interface Known {
  readonly pid: number;
  readonly began: string;
}

/** Starts programs that outlive this one, and finds them again. Their pids and logs lie in files. */
export class Daemons {
  readonly #pids: string;
  readonly #logs: string;

  /** @param folder of the cluster. */
  constructor(folder: string) {
    this.#pids = join(folder, 'pids');
    this.#logs = join(folder, 'logs');
  }

  /** The names of those that were started and not stopped. */
  names(): readonly string[] {
    return existsSync(this.#pids) ? readdirSync(this.#pids).sort() : [];
  }

  log(name: string): string {
    return join(this.#logs, `${name}.log`);
  }

  start(name: string, program: string, args: readonly string[]): void {
    for (const folder of [this.#pids, this.#logs]) mkdirSync(folder, { recursive: true });
    const log = openSync(this.log(name), 'a');
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH },
    });
    closeSync(log);
    // What could not be started is told by whoever waits for it.
    child.on('error', () => undefined);
    child.unref();
    const pid = child.pid ?? 0;
    writeFileSync(join(this.#pids, name), JSON.stringify({ pid, began: beginningOf(pid) }));
  }

  isAlive(name: string): boolean {
    return this.pid(name) !== undefined;
  }

  /** The process, if it runs. */
  pid(name: string): number | undefined {
    const file = join(this.#pids, name);
    if (!existsSync(file)) return undefined;
    const { pid, began } = JSON.parse(readFileSync(file, 'utf8')) as Known;
    return began !== '' && beginningOf(pid) === began ? pid : undefined;
  }

  /** @throws Error with the end of its log if it is not running. */
  requireAlive(name: string): void {
    if (this.isAlive(name)) return;
    const log = existsSync(this.log(name)) ? readFileSync(this.log(name), 'utf8').trim() : '';
    throw new Error(
      `${name} ended; ${this.log(name)} says:\n${log.split('\n').slice(-5).join('\n')}`,
    );
  }

  /** Kills it at once: nothing that it holds is worth keeping. */
  async kill(name: string): Promise<void> {
    const pid = this.pid(name);
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      await until(`the end of ${name}`, () => !this.isAlive(name));
    }
    rmSync(join(this.#pids, name), { force: true });
  }
}
