import type { Clock } from '../cluster/clock.js';

/** The clocks of this machine. */
export const ownClock: Clock = { now: Date.now, monotonic: () => performance.now() };
