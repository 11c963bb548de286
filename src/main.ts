#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { chain } from './cli/fail.js';
import { EXIT, type Io } from './cli/io.js';
import { run } from './cli/program.js';
import { serveCommand } from './cli/serve.js';
import { inject } from './core/engine.js';
import { decodeText } from './standalone/decode.js';

/** The edge of the process: nothing else in the program touches its streams, signals and exit code. */

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  stdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return decodeText(Buffer.concat(chunks));
  },
  readFile: (path) => decodeText(readFileSync(path)),
};

// Also hears of rejections that nobody handles. One bad review never gets here: admission catches what it throws.
process.on('uncaughtException', (error) => {
  process.stderr.write(`ds-injector: ${error.stack ?? chain(error)}\n`);
  process.exit(EXIT.fault);
});

// `ds-injector … | head` closes our output early, and has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
});

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
};

/** Asked only by commands that can stop gracefully; the others end as any program does. */
const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    let signals = 0;
    const stop = (): void => {
      signals += 1;
      if (signals > 1) process.exit(EXIT.fault);
      resolve();
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
  });

process.exitCode = await run(process.argv.slice(2), {
  io,
  engine: inject,
  version,
  serve: (flags) => serveCommand(flags, { io, engine: inject, version, stopping: stopSignal() }),
});
