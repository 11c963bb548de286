import type { Clock } from '../../../src/cluster/clock.js';

/** A clock that stands still while this process does, and that can jump. */
export interface TickingClock extends Clock {
  /** Moves only what people look at. @param by milliseconds, also back. */
  jump(by: number): void;
  stop(): void;
}

const TICK = 5;

/**
 * Time that goes by the turns of this process's event loop: as fast as any on a quiet machine, and slower on a busy one, so
 * that nothing in this process is ever late by it.
 *
 * @param start milliseconds since 1970.
 */
export function startClock(start: number): TickingClock {
  let [passed, jumped] = [0, 0];
  const timer = setInterval(() => (passed += TICK), TICK);
  return {
    now: () => start + jumped + passed,
    monotonic: () => passed,
    jump: (by) => {
      jumped += by;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
