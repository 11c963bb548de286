/** A JSON Patch operation (RFC 6902). The engine needs no others. */
export type Operation =
  | { readonly op: 'add'; readonly path: string; readonly value: unknown }
  | { readonly op: 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** What is frozen does not change, so its text is found once: planned containers come in thousands of patches. */
const texts = new WeakMap<object, string>();

/** @returns a patch as JSON. */
export const patchText = (operations: readonly Operation[]): string =>
  `[${operations.map(operationText).join(',')}]`;

function operationText(operation: Operation): string {
  const { op, path } = operation;
  const head = `{"op":"${op}","path":${JSON.stringify(path)}`;
  return 'value' in operation ? `${head},"value":${textOf(operation.value)}}` : `${head}}`;
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) {
    return JSON.stringify(value);
  }
  const text = texts.get(value) ?? JSON.stringify(value);
  texts.set(value, text);
  return text;
}
