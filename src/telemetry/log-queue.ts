/** Where text goes in the end, such as a stream of the process. */
export interface Outlet {
  /** Takes text without waiting, and says when it is gone, or why it is not. */
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/** What becomes of lines that nobody takes. */
export interface LossObserver {
  /** A line was dropped, because the queue is full. */
  dropped(): void;
  /** The queue takes lines again. @param lines how many were dropped since it was full. */
  recovered(lines: number): void;
}

/** A destination for log lines that never holds up whoever writes them. */
export interface LogQueue {
  /** Takes one line with its end, or drops it as a whole. */
  write(line: string): void;
  /** Names who hears of lost lines; there is one at most. */
  observe(observer: LossObserver): void;
  /**
   * Sends what is waiting.
   *
   * @param within milliseconds after which it resolves, whatever is left; earlier if a write fails.
   */
  flush(within: number): Promise<void>;
}

/** Characters that may wait: about two thousand reviews. What is beyond is dropped. */
export const LIMIT = 1024 * 1024;
/**
 * Bytes of one write. A write of up to 4096 bytes (PIPE_BUF) into a pipe is done as a whole or not at all (pipe(7)), so
 * that not even the end of the process cuts a line.
 */
export const BATCH = 4096;
/** Milliseconds in which lines are gathered after a write. A line after a quiet time goes at once. */
const GATHER = 10;
/** Milliseconds until the next try after a write that failed: the disk is full, or the reader is gone. */
const RETRY = 1_000;

/**
 * Makes a queue of log lines in front of an outlet that may be slow, stuck or gone.
 *
 * A process's own streams never block on a pipe, but keep in memory whatever is not read, without end. Here the memory
 * is bounded: lines that find the queue full are dropped and counted, and none is taken until half of it is free, so
 * that a slow reader gets long stretches of the log with a note on each gap. A write that fails is tried again.
 */
export function makeLogQueue(outlet: Outlet): LogQueue {
  const state: State = { outlet, lines: [], size: 0, lost: 0, sending: false, emptied: [] };
  return {
    write: (line) => {
      take(state, line);
    },
    observe: (observer) => {
      state.observer = observer;
    },
    flush: (within) => flush(state, within),
  };
}

interface State {
  readonly outlet: Outlet;
  readonly lines: string[];
  /** The characters of the lines. */
  size: number;
  /** The lines that were dropped since the queue was full; 0 if it takes lines. */
  lost: number;
  /** Whether a write is under way. */
  sending: boolean;
  /** Runs while lines are gathered, or until a write is tried again. */
  timer?: NodeJS.Timeout | undefined;
  observer?: LossObserver;
  /** Those who wait for the queue to be empty. */
  emptied: (() => void)[];
}

function take(state: State, line: string): void {
  recover(state);
  if (state.lost > 0 || state.size + line.length > LIMIT) {
    state.lost += 1;
    state.observer?.dropped();
    return;
  }
  state.lines.push(line);
  state.size += line.length;
  if (!state.sending && !state.timer) send(state);
}

/** Tells of a gap in its place: after what came before it and before what comes next. */
function recover(state: State): void {
  if (state.lost === 0 || state.size > LIMIT / 2) return;
  const { lost } = state;
  state.lost = 0;
  state.observer?.recovered(lost);
}

function send(state: State): void {
  clearTimeout(state.timer);
  state.timer = undefined;
  const count = countOfBatch(state.lines);
  if (count === 0) {
    release(state);
    return;
  }
  state.sending = true;
  state.outlet.write(state.lines.slice(0, count).join(''), (error) => {
    if (error) failed(state);
    else sent(state, count);
  });
}

function failed(state: State): void {
  state.sending = false;
  release(state);
  wait(state, RETRY);
}

/** Those who wait are told when all is sent, and as well when nothing can be. */
function release({ emptied }: State): void {
  emptied.splice(0).forEach((resolve) => {
    resolve();
  });
}

function sent(state: State, count: number): void {
  for (const line of state.lines.splice(0, count)) state.size -= line.length;
  // While it still counts as sending, so that the note of a gap is not sent by itself.
  recover(state);
  state.sending = false;
  // Whole batches go on at once, and so does everything when somebody waits for it; the rest is gathered.
  if (state.size >= BATCH || state.emptied.length > 0) send(state);
  else wait(state, GATHER);
}

function wait(state: State, milliseconds: number): void {
  state.timer = setTimeout(() => {
    send(state);
  }, milliseconds).unref();
}

/** How many lines, from the first, fit into one write; a line that is too long goes by itself. */
function countOfBatch(lines: readonly string[]): number {
  let size = 0;
  const count = lines.findIndex((line) => {
    size += Buffer.byteLength(line);
    return size > BATCH;
  });
  if (count < 0) return lines.length;
  return Math.max(count, 1);
}

function flush(state: State, within: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, within);
    state.emptied.push(() => {
      clearTimeout(late);
      resolve();
    });
    if (!state.sending) send(state);
  });
}
