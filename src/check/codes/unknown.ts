import type { Kind } from './kind.js';

/** What is said where a question could not be asked. */
export const unknownCodes = {
  not_allowed: {
    level: 'unknown',
    sentence: 'You may not look at this, so nobody knows.',
    todo: 'Ask somebody who may, or have the right given to you.',
  },
  not_answered: {
    level: 'unknown',
    sentence: 'The API server did not answer this, so nobody knows.',
    todo: 'Try again; the detail says what went wrong.',
  },
  not_understood: {
    level: 'unknown',
    sentence: 'This command failed on what it saw, so nobody knows.',
    todo: 'Report it with the detail: it is a fault of this program.',
  },
  not_all_seen: {
    level: 'info',
    sentence: 'There is more than was looked at.',
    todo: 'Raise --limit to look at more.',
  },
} as const satisfies Record<string, Kind>;
