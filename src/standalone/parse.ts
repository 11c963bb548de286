import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  visit,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml';
import { partsOf, type Part } from './json-stream.js';
import type { Manifest, Manifests, Problem } from './manifest.js';
import { exactCopy, inexactIn, inexactText, keyText } from './numbers.js';
import { sourceOf } from './source-text.js';
import { NOT_JSON, parseYaml } from './yaml.js';

type Parsed = Document.Parsed;

/** One document of a file, and how to say where something in it is. */
interface Place {
  readonly document: Parsed;
  readonly problem: (message: string, offset?: number) => Problem;
}

/**
 * Reads the objects of a YAML or JSON text: several documents, Lists opened up recursively, empty documents left out.
 * JSON values may stand one after another; each is a document.
 *
 * @param file is only for messages.
 * @returns all objects that are sound, in their order, and all problems. Does not throw.
 */
export function parseManifests(file: string, text: string): Manifests {
  let documents = 0;
  return joined(
    partsOf(text).map((part) => {
      const read = readPart(file, part, documents);
      documents += read.length;
      return joined(read);
    }),
  );
}

/** Puts what was read together, in its order. */
export const joined = (parts: readonly Manifests[]): Manifests => ({
  manifests: parts.flatMap(({ manifests }) => manifests),
  problems: parts.flatMap(({ problems }) => problems),
});

/** What is in each document of a part of the file. */
function readPart(
  file: string,
  { text, linesBefore }: Part,
  documentsBefore: number,
): readonly Manifests[] {
  const lines = new LineCounter();
  const documents = parseYaml(text, lines);
  return documents.map((document, index) => {
    const problem = (message: string, offset = startOf(document)): Problem => ({
      file,
      document: documentsBefore + index + 1,
      line: linesBefore + lines.linePos(offset).line,
      message,
    });
    const before = documents[index - 1];
    return readDocument({ document, problem }, sourceOf(text, document, before));
  });
}

const startOf = ({ contents, range }: Parsed): number => offsetOf(contents) ?? range[0];

const offsetOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];

const refused = (problems: readonly Problem[]): Manifests => ({ manifests: [], problems });

function readDocument(place: Place, source: string | undefined): Manifests {
  const problems = problemsOf(place);
  if (problems.length > 0) return refused(problems);
  try {
    const value: unknown = place.document.toJS();
    if (value === null || value === undefined) return refused([]);
    return open({ value, node: place.document.contents, inList: false }, place, source);
  } catch (error) {
    // Only an alias bomb gets here: more than 100 resolved aliases of aliases.
    return refused([place.problem(error instanceof Error ? error.message : String(error))]);
  }
}

function problemsOf({ document, problem }: Place): readonly Problem[] {
  const faults = [...document.errors, ...document.warnings].map((error) =>
    problem(messageOf(error, document), error.pos[0]),
  );
  // A tree with errors may lack nodes, and what it would say besides is said by the errors.
  if (faults.length > 0) return faults;
  const found: Problem[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (isCollection(key) || (isScalar(key) && key.value === null))
        found.push(problem('a key is not a string', offsetOf(key)));
    },
    Node: (_, node) => {
      const tag = tagOf(node);
      if (NOT_JSON.includes(tag))
        found.push(problem(`there is no JSON for !!${tag}`, offsetOf(node)));
    },
  });
  return found;
}

/** yaml's own message for a key that comes twice does not say which one it is. */
function messageOf({ code, message, pos }: YAMLError, document: Parsed): string {
  if (code !== 'DUPLICATE_KEY') return message;
  let name: string | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || offsetOf(key) !== pos[0]) return undefined;
      name = key.source ?? keyText(key);
      return visit.BREAK;
    },
  });
  return name === undefined ? message : `the key ${name} is there twice in the same map`;
}

/** yaml resolves these when they are asked for by name, even where its schema lacks them. */
const tagOf = (node: Node): string =>
  ('tag' in node ? (node.tag ?? '') : '').replace('tag:yaml.org,2002:', '');

interface Item {
  readonly value: unknown;
  /** The item's part of the tree, for line numbers and inexact numbers; undefined if it came in by an alias. */
  readonly node: unknown;
  readonly inList: boolean;
}

function open(item: Item, place: Place, source: string | undefined): Manifests {
  const { value, node } = item;
  const fault = faultOf(value);
  if (fault !== undefined) return refused([place.problem(fault, offsetOf(node))]);
  // faultOf has looked at what makes it one.
  const object = value as Manifest['object'];
  const items = itemsOf(object);
  if (items) return openList(object, items, item, place);
  return { manifests: [manifestOf(object, item, place, source)], problems: [] };
}

function manifestOf(
  object: Manifest['object'],
  { node, inList }: Item,
  { document, problem }: Place,
  source: string | undefined,
): Manifest {
  // An item that came in by an alias has no node of its own; looking at the whole document errs on the safe side.
  const numbers = inexactIn((node as Node | null | undefined) ?? document, document);
  const inexact = numbers.map((one) => problem(inexactText(one), offsetOf(one.scalar)));
  const { file, document: number, line } = problem('', offsetOf(node));
  const common = { object, file, document: number, line, inexact };
  if (!inList) return source === undefined ? common : { ...common, source };
  const exact = node && numbers.length > 0 ? exactCopy(object, numbers) : undefined;
  return exact === undefined ? common : { ...common, exact };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'expected a Kubernetes object';
  }
  const missing = ['apiVersion', 'kind'].filter(
    (key) => !isText((value as Record<string, unknown>)[key]),
  );
  return missing.length === 0 ? undefined : `the object has no ${missing.join(' and no ')}`;
}

/** The items of a `v1` List or of a typed list (`DaemonSetList`). */
function itemsOf(object: Manifest['object']): readonly unknown[] | undefined {
  if (object.kind?.endsWith('List') !== true) return undefined;
  const items: unknown = object['items'];
  if (Array.isArray(items)) return items as readonly unknown[];
  return items === null || (items === undefined && object.kind === 'List') ? [] : undefined;
}

function openList(
  list: Manifest['object'],
  items: readonly unknown[],
  item: Item,
  place: Place,
): Manifests {
  const nodes = isMap(item.node) ? item.node.get('items', true) : undefined;
  const opened = items.map((value, index) => {
    const node = isSeq(nodes) ? nodes.items[index] : undefined;
    const named = nameKind(value, list);
    return open(
      { value: named, node: isAlias(node) ? undefined : node, inList: true },
      place,
      undefined,
    );
  });
  return joined(opened);
}

/** The API server leaves kind and apiVersion out in the items of a typed list; the list's own say what they are. */
function nameKind(value: unknown, list: Manifest['object']): unknown {
  if (list.kind === 'List' || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  return { apiVersion: list.apiVersion, kind: list.kind?.slice(0, -'List'.length), ...value };
}
