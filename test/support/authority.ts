import { issueAuthority, type Issued } from '../../src/certs/issue.js';

export const DAY = 86_400_000;
/** When the authorities of `authorities` were made. */
export const MADE = Date.parse('2030-01-01T00:00:00Z');

/** Authorities of a hundred days each, the first made at `MADE` and each other one thirty days later. */
export function authorities(count: number): Promise<readonly Issued[]> {
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      issueAuthority({ now: MADE + n * 30 * DAY, serial: `4${n}` }, 100 * DAY),
    ),
  );
}
