import jsonPatch from 'fast-json-patch';
import type { Operation } from './operation.js';

/**
 * Applies a patch as the API server does, to a copy.
 *
 * @throws where an operation does not apply: its parent is missing, or its path is no valid pointer.
 */
export function applyPatch<T>(document: T, operations: readonly Operation[]): T {
  for (const { path } of operations) {
    // fast-json-patch takes /a/01 for /a/1, which RFC 6902 forbids.
    if (!/^(\/([^~/]|~[01])*)*$/.test(path) || /\/0\d+(\/|$)/.test(path)) {
      throw new Error(`applying a patch: ${path} is not a valid pointer`);
    }
  }
  const copy = structuredClone(document);
  return jsonPatch.applyPatch(copy, structuredClone(operations) as never, true, true).newDocument;
}
