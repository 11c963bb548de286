import { Chain, type Link } from './chain.js';

/** A part of the memory that callers share. */
export interface Share {
  /** Takes more bytes, which may cost older shares theirs, or this one its own. */
  readonly grow: (bytes: number) => void;
  /** Gives everything back; a second call does nothing. */
  readonly release: () => void;
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
  const entries = new Chain<Entry>();
  let taken = 0;
  const drop = (link: Link<Entry>): void => {
    if (entries.remove(link)) taken -= link.value.bytes;
  };
  const revokeOldest = (): void => {
    const { oldest } = entries;
    if (!oldest) return;
    drop(oldest);
    oldest.value.revoke();
  };
  return {
    share: (revoke) => {
      const entry: Entry = { bytes: 0, revoke };
      const link = entries.add(entry);
      return {
        grow: (bytes) => {
          if (!entries.has(link)) return;
          entry.bytes += bytes;
          taken += bytes;
          while (taken > limit) revokeOldest();
        },
        release: () => {
          drop(link);
        },
      };
    },
    taken: () => taken,
  };
}
