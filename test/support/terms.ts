/** Notes who leads, by the signals that candidates are given. */
export class Terms {
  readonly #signals = new Map<string, AbortSignal>();
  /** Each term that began while another one went on. */
  readonly clashes: string[] = [];
  /** Who led, in their order. */
  readonly leaders: string[] = [];

  /** For an election's `lead`: begins a term, and waits for its end. */
  async lead(who: string, signal: AbortSignal): Promise<void> {
    for (const [other, term] of this.#signals) {
      if (!term.aborted) this.clashes.push(`${who} while ${other} at ${performance.now()}`);
    }
    this.#signals.set(who, signal);
    this.leaders.push(who);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  }

  /** Who leads at this moment. */
  now(): readonly string[] {
    return [...this.#signals].filter(([, { aborted }]) => !aborted).map(([who]) => who);
  }
}
