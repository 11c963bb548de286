import { readFileSync } from 'node:fs';
import type { Io } from '../../src/cli/io.js';
import type { Engine } from '../../src/cli/judge.js';
import { run, type Deps } from '../../src/cli/program.js';
import { chain } from '../../src/cli/fail.js';
import type { Exit } from '../../src/cli/io.js';

export interface Ran {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly engine?: Engine;
  readonly env?: Io['env'];
  readonly stdin?: string;
  readonly isTTY?: boolean;
  readonly connect?: Deps['connect'];
  readonly clock?: Deps['clock'];
  readonly stopping?: Deps['stopping'];
  /** Hears what is written to stdout. */
  readonly hear?: (text: string) => void;
}

const skipAll: Engine = () => ({
  decision: 'skip',
  reason: 'no_virtual_node',
  daemonSets: [],
  warnings: [],
  operations: [],
});

/** Runs the program in this process, with streams that are strings. The engine skips every pod if none is given. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    stdout: {
      write: (text) => {
        out.push(text);
        options.hear?.(text);
      },
      isTTY: options.isTTY,
    },
    stderr: { write: (text) => void err.push(text), isTTY: options.isTTY },
    env: options.env ?? {},
    stdin: () => Promise.resolve(options.stdin ?? ''),
    readFile: (path) => readFileSync(path, 'utf8'),
  };
  const exit = await run(args, {
    io,
    engine: options.engine ?? skipAll,
    version: '1.2.3',
    connect: options.connect ?? (() => Promise.reject(new Error('connecting'))),
    clock: options.clock ?? (() => 0),
    stopping: options.stopping ?? (() => Promise.resolve()),
    serve: (flags) => Promise.reject(new Error('serving', { cause: new Error(chain(flags)) })),
  });
  return { exit, stdout: out.join(''), stderr: err.join('') };
}
