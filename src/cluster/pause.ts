/** Waits so many milliseconds, or until the signal is aborted. Never rejects. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Waits for the end of something, but no longer than so many milliseconds. @returns whether it ended, well or not. */
export async function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const over = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = pause(milliseconds, over.signal).then(() => false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    over.abort();
  }
}
