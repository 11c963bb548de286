/** Events about one object at once, and milliseconds until there may be another: what client-go allows. */
const BURST = 25;
const REFILL = 300_000;
/** Objects that are remembered; who is forgotten has all of its events again, as in client-go. */
const KEPT = 4096;

/** Limits events by object, so that one that is never well does not fill etcd. */
export class Buckets {
  readonly #buckets = new Map<string, { readonly tokens: number; readonly at: number }>();

  /**
   * Takes a token, if there is one.
   *
   * @param now milliseconds that only go forward.
   */
  take(key: string, now: number): boolean {
    const { tokens, at } = this.#buckets.get(key) ?? { tokens: BURST, at: now };
    const filled = Math.min(BURST, tokens + (now - at) / REFILL);
    const isThere = filled >= 1;
    // Set anew, the latest are the last in the map.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: isThere ? filled - 1 : filled, at: now });
    if (this.#buckets.size > KEPT) this.#forgetOldest();
    return isThere;
  }

  #forgetOldest(): void {
    for (const [key] of this.#buckets) {
      this.#buckets.delete(key);
      return;
    }
  }
}
