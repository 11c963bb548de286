import type { Operation } from '../../src/core/patch/operation.js';

type Node = Record<string, unknown> | unknown[];

/**
 * JSON Patch as RFC 6902 has it and no friendlier: parents must exist, indexes have no leading zeros and lie within
 * the list, `replace` and `remove` need their target. It judges the library as well as the engine.
 */
export function strictApply<T>(document: T, operations: readonly Operation[]): T {
  const copy = structuredClone(document);
  for (const operation of operations) applyOne(copy, structuredClone(operation));
  return copy;
}

function applyOne(document: unknown, operation: Operation): void {
  const tokens = operation.path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = tokens.pop();
  if (key === undefined) throw new Error('the whole document is not to be replaced');
  const parent = tokens.reduce<unknown>(child, document);
  if (typeof parent !== 'object' || parent === null)
    throw new Error(`no parent for ${operation.path}`);
  if (Array.isArray(parent)) inList(parent, key, operation);
  else inObject(parent as Record<string, unknown>, key, operation);
}

function child(parent: unknown, token: string): unknown {
  if (typeof parent !== 'object' || parent === null) throw new Error(`nothing at ${token}`);
  const index = Array.isArray(parent) ? indexIn(parent, token, parent.length - 1) : token;
  if (!Object.hasOwn(parent, index)) throw new Error(`nothing at ${token}`);
  return (parent as Node as Record<string | number, unknown>)[index];
}

function indexIn(_list: unknown[], token: string, last: number): number {
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > last) throw new Error(`bad index ${token}`);
  return Number(token);
}

function inList(parent: unknown[], key: string, operation: Operation): void {
  if (operation.op === 'add') {
    parent.splice(
      key === '-' ? parent.length : indexIn(parent, key, parent.length),
      0,
      operation.value,
    );
  } else {
    const index = indexIn(parent, key, parent.length - 1);
    if (operation.op === 'replace') parent[index] = operation.value;
    else parent.splice(index, 1);
  }
}

function inObject(parent: Record<string, unknown>, key: string, operation: Operation): void {
  if (operation.op !== 'add' && !Object.hasOwn(parent, key))
    throw new Error(`nothing at ${operation.path}`);
  if (operation.op === 'remove') Reflect.deleteProperty(parent, key);
  else parent[key] = operation.value;
}
