import jsonPatch from 'fast-json-patch';
import type { Operation } from './operation.js';

/**
 * Applies a patch as the API server does, to a copy.
 *
 * @throws where an operation does not apply: its parent is missing, or its path is no valid pointer.
 */
export function applyPatch<T>(document: T, operations: readonly Operation[]): T {
  return operations.reduce<T>((result, operation) => {
    if (!isPointer(operation.path) || hasLooseIndex(result, operation.path)) {
      throw new Error(`applying a patch: ${operation.path} is not a valid pointer here`);
    }
    return jsonPatch.applyOperation(result, structuredClone(operation), true, true).newDocument;
  }, structuredClone(document));
}

const isPointer = (path: string): boolean => /^(\/([^~/]|~[01])*)*$/.test(path);

/** fast-json-patch takes `/list/01` for `/list/1`, which RFC 6902 forbids; as the key of an object it is fine. */
function hasLooseIndex(document: unknown, path: string): boolean {
  let here = document;
  for (const token of path.split('/').slice(1)) {
    if (Array.isArray(here) && /^0\d/.test(token)) return true;
    here = (here as Record<string, unknown> | undefined)?.[unescaped(token)];
  }
  return false;
}

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');
