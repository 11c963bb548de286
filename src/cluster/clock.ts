/** The two kinds of time. */
export interface Clock {
  /** Milliseconds since 1970, for what people and other machines look at. It may jump. */
  readonly now: () => number;
  /** Milliseconds that only go forward, for how long something takes. */
  readonly monotonic: () => number;
}

/** A clock that goes by what another machine says. */
export interface HeardClock extends Clock {
  /** Takes in what the other machine says. @param date a time as HTTP writes it; nothing happens if it is none. */
  readonly hear: (date: string) => void;
  /** How many milliseconds the other machine is ahead of this one; 0 while nothing was heard. */
  readonly ahead: () => number;
}

/** HTTP tells whole seconds, and an answer takes its time: what was heard may be so many milliseconds behind. */
const BLUR = 2_000;

/**
 * The time of the API server, as its answers tell it. It is what looks at certificates, and so its clock counts, and not
 * that of whichever machine makes them. Until something was heard, the own clock is all there is.
 */
export function hearClock(own: Clock): HeardClock {
  /** What the other clock says when the own one that only goes forward is at 0. */
  let offset: number | undefined;
  const now = (): number => (offset === undefined ? own.now() : own.monotonic() + offset);
  return {
    monotonic: own.monotonic,
    now,
    hear: (date) => {
      const heard = Date.parse(date) - own.monotonic();
      if (Number.isNaN(heard)) return;
      // Of all that was heard of one clock, what is furthest ahead was delayed the least.
      const isSame = offset !== undefined && heard <= offset && heard > offset - BLUR;
      if (!isSame) offset = heard;
    },
    ahead: () => now() - own.now(),
  };
}
