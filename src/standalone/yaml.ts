import {
  Document,
  parseAllDocuments,
  visit,
  type LineCounter,
  type ScalarTag,
  type Tags,
} from 'yaml';

/**
 * YAML as kubectl reads it (sigs.k8s.io/yaml: YAML 1.1 in the reading of go-yaml v2), so that `0644`, `yes`, `on`, `<<`
 * mean here what they mean in the cluster.
 */

/** Timestamps, sexagesimal numbers and base64 stay the strings that they are for kubectl; sets are not JSON at all. */
export const NOT_JSON = ['timestamp', 'binary', 'omap', 'pairs', 'set'];

/** go-yaml takes Go's own literals as well: `0o644` is what many write for a file mode. */
const goInteger: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'GO',
  test: /^[-+]?(?:0o[0-7_]+|0O[0-7_]+|0X[0-9a-fA-F_]+|0B[01_]+)$/,
  resolve: (text) => {
    const number = Number(text.replaceAll(/[-+_]/g, ''));
    return text.startsWith('-') ? -number : number;
  },
};

/** yaml's own tests take a lone `.` for a number, and 1e400 for infinity; both are strings for go-yaml. */
const goFloat: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  format: 'GO',
  test: /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9][0-9_]*)?$/,
  resolve: (text) => {
    const number = Number(text.replaceAll('_', ''));
    return Number.isFinite(number) ? number : text;
  },
};

/**
 * Strings that go-yaml would misread if they stood bare, or as a block, where yaml would write them so: the special
 * `<<` and `=`, nothing but blanks, a leading tab before more lines, digits with stray underscores.
 */
const NEEDS_QUOTES = /^(?:<<|=|\s+)$|^\s*\t[^\n]*\n|^[-+]?[0-9].*_/;

/**
 * What may not stand in YAML 1.1 as it is, or is taken for the end of a line there. yaml writes it raw, even in quotes.
 * JSON.stringify has escaped the controls below U+0020 already.
 */
const UNSAFE = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

const escaped = (character: string): string =>
  ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

const needsQuotes = (text: string): boolean => NEEDS_QUOTES.test(text) || text.search(UNSAFE) >= 0;

const nameOf = (tag: Tags[number]): string =>
  typeof tag === 'string' ? tag : tag.tag.replace('tag:yaml.org,2002:', '');

const isSexagesimal = (tag: Tags[number]): boolean =>
  typeof tag !== 'string' && 'format' in tag && tag.format === 'TIME';

/** Those of yaml's tags that goFloat stands in for; what is left of its floats are `.inf` and `.nan`. */
function isLooseFloat(tag: Tags[number]): boolean {
  if (typeof tag === 'string' || nameOf(tag) !== 'float' || !('test' in tag)) return false;
  const { test } = tag;
  return test.test('.5') || test.test('1e3');
}

const readerTags = (tags: Tags): Tags => [
  ...tags.filter(
    (tag) => !NOT_JSON.includes(nameOf(tag)) && !isSexagesimal(tag) && !isLooseFloat(tag),
  ),
  goInteger,
  goFloat,
];

/** The merge tag would take the string `<<` for itself and write it bare. */
const writerTags = (tags: Tags): Tags => [
  ...tags.filter((tag) => nameOf(tag) !== 'merge'),
  goInteger,
  goFloat,
];

/** Parses a stream of documents. Errors and warnings are left on the documents; this does not throw for bad YAML. */
export function parseYaml(source: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  const documents = parseAllDocuments(source, {
    schema: 'yaml-1.1',
    merge: true,
    customTags: readerTags,
    prettyErrors: false,
    lineCounter,
  });
  // An empty stream is an array with a property `empty`, of no documents.
  return Array.isArray(documents) ? documents : [];
}

/**
 * Writes a document that kubectl reads back as the same object; ends with a newline. Long strings are not folded.
 *
 * @param object JSON, in which integers may be `bigint`.
 */
export function toYaml(object: unknown): string {
  const document = new Document(object, {
    version: '1.1',
    customTags: writerTags,
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && needsQuotes(scalar.value)) {
        scalar.type = 'QUOTE_DOUBLE';
      }
    },
  });
  // There are no comments, and what holds one of these is in double quotes, so all of them can be escaped.
  return document.toString({ lineWidth: 0 }).replaceAll(UNSAFE, escaped);
}
