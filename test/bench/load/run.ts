import { setTimeout } from 'node:timers/promises';
import { reviewsOf } from '../cluster/workloads.js';
import { open } from './connection.js';
import type { Job, Measured } from './messages.js';
import { requestsFor, type Outgoing } from './requests.js';
import { Tally } from './tally.js';

/** Milliseconds that a server may take for its last answers. */
const PATIENCE = 20_000;

interface Run {
  readonly requests: ReturnType<typeof requestsFor>;
  readonly tally: Tally;
  /** Whether more is to be sent. */
  on: boolean;
}

/** What goes on at one connection. */
interface Loop {
  readonly begin: () => void;
  /** Resolves when nothing is on its way any more: the run is over, or the connection has failed. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/**
 * Sends reviews to a server for a while: on each connection the next one as soon as the last one is answered.
 *
 * @throws where a connection cannot be opened. All other faults are counted.
 */
export async function run(job: Job): Promise<Measured> {
  const requests = requestsFor(reviewsOf(job.size, job.workloads), job.path);
  const state: Run = { requests, tally: new Tally(job.pid), on: true };
  const loops = await Promise.all(
    Array.from({ length: job.connections }, () => loopOn(job, state)),
  );
  const ended = Promise.all(loops.map((loop) => loop.ended)).then(() => true);
  for (const loop of loops) loop.begin();
  await Promise.race([pause(job.warmUp * 1000), ended]);
  state.tally.begin();
  const enough = Promise.all([pause(job.seconds * 1000), state.tally.counting]);
  await Promise.race([enough, ended, pause(PATIENCE + job.seconds * 1000)]);
  state.tally.end();
  state.on = false;
  const isDone = await Promise.race([ended, pause(PATIENCE)]);
  if (isDone !== true) state.tally.failed('requests were not answered');
  for (const loop of loops) loop.close();
  return state.tally.figures();
}

const pause = (milliseconds: number): Promise<void> =>
  setTimeout(milliseconds, undefined, { ref: false });

async function loopOn({ port }: Job, run: Run): Promise<Loop> {
  // Each has its own, so that no uid is overwritten while its request is being sent.
  const space = Buffer.alloc(run.requests.size);
  const { promise: ended, resolve: end } = deferred();
  let request: Outgoing;
  let sentAt = 0;
  const begin = (): void => {
    if (!run.on) {
      end();
      return;
    }
    request = run.requests.next(space);
    sentAt = performance.now();
    connection.send(request.bytes);
  };
  const connection = await open(port, {
    answered: (answer) => {
      run.tally.answered(request, answer, performance.now() - sentAt);
      begin();
    },
    failed: (why) => {
      run.tally.failed(why);
      end();
    },
  });
  return { begin, ended, close: connection.close };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
