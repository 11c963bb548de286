/** The signs of life of one attempt to list and watch. Once it is watched, it is aborted when they cease. */
export class LifeSigns {
  readonly abort = new AbortController();
  readonly #limit: number;
  #timer: NodeJS.Timeout | undefined;
  #heard = false;
  #bookmarked = false;
  #ceased = false;

  /** @param limit milliseconds without a sign after which they have ceased. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the watch has brought anything. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Whether the API server has told how far it is, and so can be expected to go on with it. */
  get bookmarked(): boolean {
    return this.#bookmarked;
  }

  /** Whether the watch had begun. */
  get isOpen(): boolean {
    return this.#timer !== undefined;
  }

  get ceased(): boolean {
    return this.#ceased;
  }

  /** The watch has begun. */
  opened(): void {
    this.#timer ??= setTimeout(() => {
      this.#ceased = true;
      this.abort.abort(new Error(`nothing was heard for ${this.#limit / 1000} s`));
    }, this.#limit);
  }

  /** The watch has brought something. */
  event(type: string): void {
    this.#heard = true;
    this.#bookmarked ||= type === 'BOOKMARK';
    this.#timer?.refresh();
  }

  /** The attempt is over. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
