import type { Pod } from '../../../src/core/model/types.js';
import { aReview } from '../review.js';
import type { GoldenCase } from './cases.js';

/** The review that an API server would send for a case. */
export const reviewOf = (one: GoldenCase, object: Pod, pass = 1): Record<string, unknown> =>
  aReview({ uid: `${one.id}#${pass}`, namespace: one.namespace, object, ...one.request });
