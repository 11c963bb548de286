import type { Document } from 'yaml';

/** A line that begins a document, after comments that belong to it; what follows `---` on its line has to stay. */
const START = /^((?:[ \t]*(?:#[^\n]*)?\r?\n)*)---[ \t]*(?:\r?\n|$)/;
/** A line that ends a document and would be wrong in its midst once documents are put together anew. */
const END = /(^|\n)\.\.\.[ \t]*\r?\n$/;

/** `%YAML 1.1` in front of the `---` of a document, possibly after comments. */
const DIRECTIVE = /^(?:[ \t]*(?:#[^\n]*)?\r?\n|\.\.\.[ \t]*\r?\n)*%/;

/**
 * The text of a document as its author wrote it, comments included, without the lines that mark its start and end.
 *
 * @param before the document before it in the file: comments between the two belong to the later one.
 * @returns text that ends with a newline; undefined if it cannot stand without its directives (`%YAML`, `%TAG`).
 */
export function sourceOf(
  text: string,
  document: Document.Parsed,
  before: Document.Parsed | undefined,
): string | undefined {
  const raw = text.slice(before?.range[2] ?? 0, document.range[2]);
  if (DIRECTIVE.test(raw)) return undefined;
  const body = raw
    .replace(/^\uFEFF/, '')
    .replace(/^\.\.\.[ \t]*\r?\n/, '')
    .replace(START, '$1')
    .replace(END, '$1');
  return body.endsWith('\n') ? body : `${body}\n`;
}

/**
 * Puts documents together to one stream. A document may begin with a `---` of its own (`--- {a: 1}`).
 *
 * @param texts each ending with a newline.
 */
export const joinDocuments = (texts: readonly string[]): string =>
  texts
    .map((text, index) => (index === 0 || /^---[ \t]/.test(text) ? text : `---\n${text}`))
    .join('');
