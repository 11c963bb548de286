import type { StringMap } from '../model/types.js';

/** The API server refuses an object whose annotations have more bytes in all, keys and values. */
const LIMIT = 256 * 1024;

/** Whether a pod's annotations and those that are added fit into what the API allows. */
export function fits(present: Readonly<StringMap>, added: Readonly<StringMap>): boolean {
  const texts = Object.entries({ ...added, ...present }).flat();
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  // A UTF-16 unit has at most three bytes in UTF-8, so most pods need not be looked at closely.
  if (units * 3 <= LIMIT) return true;
  const encoder = new TextEncoder();
  return texts.reduce((sum, text) => sum + encoder.encode(text).length, 0) <= LIMIT;
}
