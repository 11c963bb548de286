/** A part of the memory that callers share. */
export interface Share {
  /** Takes more bytes, which may cost older shares theirs, or this one its own. */
  grow(bytes: number): void;
  /** Gives everything back; a second call does nothing. */
  release(): void;
}

/** The memory that bodies and answers of all callers may take together. */
export interface SharedMemory {
  /** @param revoke is called once, when the share is taken away; it is released by then. Must let go of the bytes. */
  share(revoke: () => void): Share;
  /** Bytes that are taken. */
  taken(): number;
}

interface Entry {
  bytes: number;
  readonly revoke: () => void;
}

/**
 * Makes a memory of `limit` bytes to be shared.
 *
 * When it is full, the oldest share is taken away. A real caller sends its body and takes its answer within
 * milliseconds, so what has been there for longest is what somebody holds on to; refusing the newest instead would let
 * whoever holds on to a lot keep everybody else out.
 */
export function shareMemory(limit: number): SharedMemory {
  // A set gives its members in the order in which they came.
  const entries = new Set<Entry>();
  let taken = 0;
  const drop = (entry: Entry): void => {
    if (entries.delete(entry)) taken -= entry.bytes;
  };
  const revokeOldest = (): void => {
    const [oldest] = entries;
    if (!oldest) return;
    drop(oldest);
    oldest.revoke();
  };
  return {
    share: (revoke) => {
      const entry: Entry = { bytes: 0, revoke };
      entries.add(entry);
      return {
        grow: (bytes) => {
          if (!entries.has(entry)) return;
          entry.bytes += bytes;
          taken += bytes;
          while (taken > limit) revokeOldest();
        },
        release: () => {
          drop(entry);
        },
      };
    },
    taken: () => taken,
  };
}
