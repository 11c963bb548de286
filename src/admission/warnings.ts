import type { Warning } from '../core/outcome.js';

/** The API server cuts a single warning off after this many characters (AdmissionResponse, field `warnings`). */
const ITEM_LIMIT = 256;
/** The API server drops what goes beyond this many characters, counted over all warnings of a response. */
const TOTAL_LIMIT = 4096;
/** Room for the sentence that counts what was left out; it is shorter than this for any number of warnings. */
const REST_ROOM = 64;

/**
 * Turns warnings into the texts that a response may carry, so that the API server neither cuts nor drops them.
 *
 * @returns texts of at most 256 characters, each once and on one line, at most 4096 characters in all; when some had
 * to be left out, the last text says how many.
 */
export function warningTexts(warnings: readonly Warning[]): string[] {
  const texts = [...new Set(warnings.map(({ message }) => cut(oneLine(message))))].filter(Boolean);
  return lengthOf(texts) <= TOTAL_LIMIT ? texts : withRest(texts);
}

const lengthOf = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + text.length, 0);

/** Go's `NewWarningHeader` refuses a text with control characters, so the whole warning would be lost. */
const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

/** Counts UTF-16 units, which are never fewer than the runes that Go counts, and splits no surrogate pair. */
function cut(text: string): string {
  if (text.length <= ITEM_LIMIT) return text;
  const head = text.slice(0, ITEM_LIMIT - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${head}…`;
}

function withRest(texts: readonly string[]): string[] {
  const kept: string[] = [];
  let room = TOTAL_LIMIT - REST_ROOM;
  for (const text of texts) {
    room -= text.length;
    if (room < 0) break;
    kept.push(text);
  }
  return [...kept, `${texts.length - kept.length} more warnings were left out.`];
}
