/** A part of a file that is parsed on its own. */
export interface Part {
  readonly text: string;
  /** How many lines of the file are before it. */
  readonly linesBefore: number;
}

/**
 * Takes JSON values that stand one after another apart, as kubectl does: `kubectl get -o json` of several files and
 * `jq` write such streams, which are no YAML.
 *
 * @returns one part for each value; a single one for any other text. Where the values end, for `---` or a mistake, the
 * rest belongs to the last part.
 */
export function partsOf(text: string): readonly Part[] {
  const starts = startsOf(text);
  let linesBefore = 0;
  return starts.map((start, index) => {
    const part = { text: text.slice(start, starts[index + 1]), linesBefore };
    linesBefore += part.text.split('\n').length - 1;
    // What is between two values belongs to neither.
    return index + 1 < starts.length ? { ...part, text: `${part.text.trimEnd()}\n` } : part;
  });
}

/** Where values begin. The first part begins where the text does, whatever is in front of its value. */
function startsOf(text: string): readonly number[] {
  const starts = [0];
  let start = valueAfter(text, 0);
  while (start !== undefined) {
    const end = endOfValue(text, start);
    const next = end === undefined ? undefined : valueAfter(text, end);
    // `{a: '}{'}` is one value of YAML.
    if (next === undefined || !isJson(text.slice(start, end))) return starts;
    starts.push(next);
    start = next;
  }
  return starts;
}

/** The next `{`, if there is nothing but blanks before it. */
function valueAfter(text: string, offset: number): number | undefined {
  BLANKS_AND_BRACE.lastIndex = offset;
  return BLANKS_AND_BRACE.test(text) ? BLANKS_AND_BRACE.lastIndex - 1 : undefined;
}

const BLANKS_AND_BRACE = /\s*\{/y;

function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') index = endOfString(text, index);
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return undefined;
}

/** The offset of the closing quote. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
