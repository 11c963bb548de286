export interface FileWatchOptions {
  /** Gives a text that differs whenever the files may. Does not reject. */
  readonly mark: () => Promise<string>;
  /** Milliseconds between two looks at the files; a change is taken over after one to two of them. */
  readonly interval: number;
  /**
   * Takes over what has changed. Does not reject.
   *
   * @returns false to be called again at the next look, even if nothing changes until then.
   */
  readonly changed: () => Promise<boolean>;
}

export interface FileWatch {
  /** Calls `first` and begins to watch for changes since then; rejects as `first` does, and watches nothing then. */
  start(first: () => Promise<void>): Promise<void>;
  /** Ends the watch; a call of `changed` under way is waited for. */
  stop(): Promise<void>;
}

/**
 * Watches files by comparing their marks at an interval, rather than to wait for the file system's events: those are
 * not sent for network mounts, and are lost when what is watched is removed and made anew (chokidar, tried).
 */
export function watchFiles(options: FileWatchOptions): FileWatch {
  const state: State = { seen: '', taken: '', stopped: false };
  return {
    start: async (first) => {
      state.seen = await options.mark();
      state.taken = state.seen;
      await first();
      schedule(state, options);
    },
    stop: async () => {
      state.stopped = true;
      clearTimeout(state.timer);
      await state.looking;
    },
  };
}

interface State {
  /** What the last look saw. */
  seen: string;
  /** What was there at the last call of `changed`; undefined if that wants another one. */
  taken: string | undefined;
  stopped: boolean;
  timer?: NodeJS.Timeout;
  looking?: Promise<void>;
}

/** One look after the other, never two at a time, however slow the file system is. */
function schedule(state: State, options: FileWatchOptions): void {
  if (state.stopped) return;
  state.timer = setTimeout(() => {
    state.looking = look(state, options).finally(() => {
      schedule(state, options);
    });
  }, options.interval);
}

/** Calls for what has changed once it has stayed the same for two looks, so that no half-written file is read. */
async function look(state: State, { mark, changed }: FileWatchOptions): Promise<void> {
  const now = await mark();
  const settled = now === state.seen;
  state.seen = now;
  if (!settled || now === state.taken) return;
  state.taken = (await changed()) ? now : undefined;
}
