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
  type Scalar,
} from 'yaml';
import type { Manifest, Manifests, Problem } from './manifest.js';
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
 *
 * @param file is only for messages.
 * @returns all objects that are sound, in their order, and all problems. Does not throw.
 */
export function parseManifests(file: string, text: string): Manifests {
  const lines = new LineCounter();
  const documents = parseYaml(text, lines);
  const found = documents.map((document, index) => {
    const problem = (message: string, offset = startOf(document)): Problem => ({
      file,
      document: index + 1,
      line: lines.linePos(offset).line,
      message,
    });
    const before = documents[index - 1];
    return readDocument({ document, problem }, sourceOf(text, document, before));
  });
  return {
    manifests: found.flatMap(({ manifests }) => manifests),
    problems: found.flatMap(({ problems }) => problems),
  };
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
  const faults = [...document.errors, ...document.warnings].map(({ message, pos }) =>
    problem(message, pos[0]),
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
  const { file, document, line } = place.problem('', offsetOf(node));
  const text = source === undefined || item.inList ? {} : { source };
  return {
    manifests: [{ object, file, document, line, ...text, inexact: inexactNumbers(node, place) }],
    problems: [],
  };
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
  return {
    manifests: opened.flatMap(({ manifests }) => manifests),
    problems: opened.flatMap(({ problems }) => problems),
  };
}

/** The API server leaves kind and apiVersion out in the items of a typed list; the list's own say what they are. */
function nameKind(value: unknown, list: Manifest['object']): unknown {
  if (list.kind === 'List' || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  return { apiVersion: list.apiVersion, kind: list.kind?.slice(0, -'List'.length), ...value };
}

function inexactNumbers(node: unknown, { document, problem }: Place): readonly Problem[] {
  const found: Problem[] = [];
  // An item that came in by an alias has no node of its own; looking at the whole document errs on the safe side.
  visit((node ?? document) as Node, {
    Scalar: (_, scalar) => {
      if (isExact(scalar)) return;
      const message = `the number ${scalar.source ?? ''} cannot be represented exactly`;
      found.push(problem(message, offsetOf(scalar)));
    },
  });
  return found;
}

/** Integers beyond 2^53 would be changed, and infinities have no JSON; a decimal fraction is a double for kubectl, too. */
function isExact(scalar: Scalar): boolean {
  const { value, source } = scalar;
  if (!isScalar(scalar) || typeof value !== 'number') return true;
  if (!Number.isFinite(value)) return false;
  const isInteger = /^[-+]?(?:0[xXbBoO][0-9a-fA-F_]+|[0-9_]+)$/.test(source ?? '');
  return !isInteger || Number.isSafeInteger(value);
}
