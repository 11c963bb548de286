/** The time for which one leads, unless it is extended; its signal is aborted at the end. */
export interface Term {
  readonly signal: AbortSignal;
  /** By the clock, also where a timer is late because the process was held up. */
  isOver(): boolean;
  /** @param until when it ends, in milliseconds of the clock. */
  extend(until: number): void;
  /** Ends it at once; only the first end counts. */
  end(why: string): void;
}

export interface TermOptions {
  readonly until: number;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** Called once, after the signal was aborted. */
  readonly ended: (why: string) => void;
}

/** Begins a term that ends by itself. */
export function startTerm({ until, clock, ended }: TermOptions): Term {
  const controller = new AbortController();
  const state: { until: number; timer?: NodeJS.Timeout } = { until };
  const end = (why: string): void => {
    if (controller.signal.aborted) return;
    clearTimeout(state.timer);
    controller.abort(new Error(why));
    ended(why);
  };
  const watch = (): void => {
    const left = state.until - clock();
    if (left <= 0) end('it could not be renewed in time');
    // Rounded up, because a timer that fires a fraction too early would only be set again.
    else state.timer = setTimeout(watch, Math.ceil(left));
  };
  watch();
  return {
    signal: controller.signal,
    isOver: () => controller.signal.aborted || clock() >= state.until,
    extend: (to) => {
      state.until = to;
    },
    end,
  };
}
