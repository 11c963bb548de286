import { marksOf } from '../files/mark.js';
import { watchFiles } from '../files/watch.js';
import { faultOfValidity } from './inspect.js';
import type { CertificateSource, Pair } from './source.js';

export interface CertificateWatchOptions {
  readonly source: CertificateSource;
  /** Milliseconds between two looks at the files; a renewal is taken over after one to two of them. */
  readonly interval: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Puts another pair to use. @throws Error if it cannot be used; the one before has to go on then. */
  readonly use: (pair: Pair) => void;
  /** Called with each pair that is in use from now on, the first included. */
  readonly loaded: (pair: Pair) => void;
  /** Called once for each pair that is refused, the first excluded, with the reason; the one before goes on. */
  readonly refused: (error: unknown) => void;
}

export interface CertificateWatch {
  /** Reads the first pair and begins to watch. @throws Error of the source. */
  start(): Promise<void>;
  /** Ends the watch; a look under way is waited for. */
  stop(): Promise<void>;
  /** The pair in use. @throws Error before `start()` has succeeded. */
  current(): Pair;
}

/** Milliseconds after which the source is asked even if no file has changed: certificates grow old by themselves. */
const REREAD = 60_000;

/**
 * Keeps the serving certificate fresh while its files change, be it by writes, by renames or by the swap of a link as
 * in a mounted Secret.
 *
 * What is wrong is refused and tried again at each look: garbage, a half-written file, a certificate with the key of
 * another. So is a pair that is not valid yet, or no longer, as long as the one in use is valid: callers would refuse
 * it, and so the old one serves them better. At the start there is no better one, and any pair is taken.
 */
export function watchCertificates(options: CertificateWatchOptions): CertificateWatch {
  const state: State = { refusal: '', stopped: false };
  const { source, interval, clock } = options;
  const files = watchFiles({
    mark: async () => `${Math.floor(clock() / REREAD)} ${await marksOf(source.files)}`,
    interval,
    changed: () => reload(state, options),
  });
  return {
    start: () =>
      files.start(async () => {
        take(state, await source.read('start'), options);
      }),
    stop: () => {
      state.stopped = true;
      return files.stop();
    },
    current: () => {
      if (!state.pair) throw new Error('there is no certificate yet');
      return state.pair;
    },
  };
}

interface State {
  pair?: Pair;
  /** What was refused last, and why; empty if nothing was since a pair was taken. */
  refusal: string;
  stopped: boolean;
}

function take(state: State, pair: Pair, { loaded }: CertificateWatchOptions): void {
  state.pair = pair;
  state.refusal = '';
  loaded(pair);
}

/** @returns whether the files hold what is in use; else they are worth another look. */
async function reload(state: State, options: CertificateWatchOptions): Promise<boolean> {
  const { source, clock, use } = options;
  const marks = await marksOf(source.files);
  try {
    const pair = await source.read('reload');
    if (isStopped(state)) return true;
    if (isSame(pair, state.pair)) {
      state.refusal = '';
      return true;
    }
    checkValidity(pair, state.pair, clock());
    use(pair);
    take(state, pair, options);
    return true;
  } catch (error) {
    const after = await marksOf(source.files);
    // Files that changed while they were read may have been of two pairs: the next look will tell.
    if (after === marks && !isStopped(state))
      refuse(state, `${marks} ${String(error)}`, error, options);
    return false;
  }
}

/** A function, because the compiler takes a field for unchanged across an `await`. */
const isStopped = ({ stopped }: State): boolean => stopped;

const isSame = (one: Pair, other: Pair | undefined): boolean =>
  one.cert === other?.cert && one.key === other.key;

function checkValidity(pair: Pair, inUse: Pair | undefined, now: number): void {
  const fault = faultOfValidity(pair.cert, now);
  if (fault === undefined || !inUse || faultOfValidity(inUse.cert, now) !== undefined) return;
  throw new Error(
    `the certificate ${fault}, and the one in use has not expired; give one that is valid`,
  );
}

/** Says what is wrong once, however often it is looked at. */
function refuse(
  state: State,
  refusal: string,
  error: unknown,
  { refused }: CertificateWatchOptions,
): void {
  if (state.refusal === refusal) return;
  state.refusal = refusal;
  refused(error);
}
