import type { StringMap } from '../model/types.js';

/** The API server refuses an object whose annotations have more bytes in all, keys and values. */
const LIMIT = 256 * 1024;

/** Whether a pod's annotations and those that are added fit into what the API allows. */
export function fits(present: Readonly<StringMap>, added: Readonly<StringMap>): boolean {
  const all = { ...added, ...present };
  let units = 0;
  for (const key in all) units += key.length + (all[key] ?? '').length;
  // A UTF-16 unit has at most three bytes in UTF-8, so most pods need not be looked at closely.
  if (units * 3 <= LIMIT) return true;
  const encoder = new TextEncoder();
  const texts = Object.entries(all).flat();
  return texts.reduce((sum, text) => sum + encoder.encode(text).length, 0) <= LIMIT;
}
