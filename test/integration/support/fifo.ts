import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { LogLine } from '../../support/golden/served.js';

/** A pipe of the kernel that is read only when the test wants to: what a container's log goes into. */
export interface Fifo {
  /** The end for a process's standard output; to be closed once it has been spawned. */
  readonly writeEnd: number;
  /** Reads until a line of which the question holds, and gives that line. */
  until(is: (line: LogLine) => boolean): Promise<LogLine>;
  /** Reads until nobody can write any more. */
  rest(): Promise<void>;
  /** Every line that was read so far; fails on one that is not whole. */
  lines(): readonly LogLine[];
  /** Goes away, as a collector of logs that crashes. */
  close(): void;
  /** Comes back. */
  reopen(): void;
}

/** Makes a pipe at a path that is free. */
export function makeFifo(path: string): Fifo {
  const made = spawnSync('sh', ['-c', 'mkfifo "$0"', path], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mkfifo: ${made.stderr}`);
  const open = (): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let end = open();
  let text = '';
  const buffer = Buffer.alloc(65_536);
  /** @returns whether there may be more. */
  const read = async (): Promise<boolean> => {
    await setImmediate();
    try {
      const size = readSync(end, buffer);
      text += buffer.toString('utf8', 0, size);
      return size > 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return true;
      throw error;
    }
  };
  const lines = (): LogLine[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  return {
    writeEnd: openSync(path, constants.O_WRONLY),
    lines,
    until: async (is) => {
      for (;;) {
        const size = text.length;
        const more = await read();
        const found = size === text.length && more ? undefined : lines().find(is);
        if (found) return found;
        if (!more) throw new Error(`the process ended: ${text.slice(-1000)}`);
      }
    },
    rest: async () => {
      while (await read());
    },
    close: () => {
      closeSync(end);
    },
    reopen: () => {
      end = open();
    },
  };
}
