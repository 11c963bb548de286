/** A signal that aborts when another one does, or when the time is up. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Ends the limit of time; the other signal goes on to count. */
  lift(): void;
  /** Ends both. */
  release(): void;
}

/**
 * Not AbortSignal.any and AbortSignal.timeout: what they hook onto a signal that lives as long as the process stays there.
 *
 * @param milliseconds until the signal aborts, with an Error that says how long it was.
 */
export function limitTime(milliseconds: number, outer?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(outer?.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(new Error(`no answer within ${milliseconds / 1000} s`));
  }, milliseconds);
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort, { once: true });
  const lift = (): void => {
    clearTimeout(timer);
  };
  return {
    signal: controller.signal,
    lift,
    release: () => {
      lift();
      outer?.removeEventListener('abort', abort);
    },
  };
}

/** The outcome of a promise, or, as soon as the signal aborts, a rejection with its reason. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}
