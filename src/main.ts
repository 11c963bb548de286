#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { chain } from './cli/fail.js';
import { connect } from './cluster/connect.js';
import { EXIT, type Exit, type Io } from './cli/io.js';
import { run } from './cli/program.js';
import { serveCommand } from './cli/serve.js';
import { inject } from './core/engine.js';
import { decodeText } from './standalone/decode.js';
import { makeLogQueue } from './telemetry/log-queue.js';

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

const log = makeLogQueue(process.stdout);
/** Milliseconds that the log may take to be read when the process ends; nobody may be reading it. */
const FLUSH = 1_000;
/** The same for who wants it to end at once. */
const BRIEF_FLUSH = 100;

/** Not by the end of all work: a write that nobody reads would keep the process for ever. */
async function leave(exit: Exit, within: number): Promise<void> {
  await log.flush(within);
  process.exit(exit);
}

// Also hears of rejections that nobody handles. One bad review never gets here: admission catches what it throws.
process.once('uncaughtException', (error) => {
  process.on('uncaughtException', () => undefined);
  process.stderr.write(`ds-injector: ${error.stack ?? chain(error)}\n`);
  void leave(EXIT.fault, FLUSH);
});

// Nobody is left to tell, and nothing depends on it.
process.stderr.on('error', () => undefined);

/** `ds-injector … | head` closes our output early, and has what it wanted. */
const endWithReader = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
};
process.stdout.on('error', endWithReader);

/** Pods are reviewed whether or not somebody reads the log; its queue deals with what cannot be written. */
function outliveReader(): void {
  process.stdout.off('error', endWithReader).on('error', () => undefined);
}

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
      if (signals > 1) void leave(EXIT.fault, BRIEF_FLUSH);
      resolve();
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
  });

/** A pod has the credentials of its ServiceAccount, unless somebody gives it others. */
const isInCluster = ({ KUBERNETES_SERVICE_HOST: host, KUBECONFIG: file }: Io['env']): boolean =>
  Boolean(host) && !file;

const state = { serves: false };
const exit = await run(process.argv.slice(2), {
  io,
  engine: inject,
  version,
  connect: ({ kubeconfig, context }) =>
    connect({
      from: kubeconfig === undefined && isInCluster(process.env) ? 'in-cluster' : 'kubeconfig',
      file: kubeconfig,
      context,
      env: process.env,
      userAgent: `ds-injector/${version}`,
    }),
  clock: Date.now,
  stopping: stopSignal,
  serve: (flags) => {
    state.serves = true;
    outliveReader();
    const stopping = stopSignal();
    return serveCommand(flags, { io, out: log, engine: inject, version, stopping });
  },
});
process.exitCode = exit;
if (state.serves) await leave(exit, FLUSH);
