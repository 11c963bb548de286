import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject, Pod } from '../../../src/core/model/types.js';
import type { Operation } from '../../../src/core/patch/operation.js';

/** Where the cases are; the README there says how to write one. */
export const goldenFolder = fileURLToPath(new URL('../../golden', import.meta.url));

const CASE_ENDING = '.yaml';
const WANT_ENDING = '.want.yaml';
const WORLDS = 'worlds';

/** The first document of a case. */
export interface Header {
  /** One line: the behaviour that the case shows. */
  readonly title: string;
  /** The seed, the rule or the issue that asks for it. */
  readonly why: string;
  /** The namespace of the request. */
  readonly namespace?: string;
  /** Names of files in `worlds/` whose objects are in the World as well. */
  readonly worlds?: readonly string[];
  /** Injection options by the name of their flag. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Provider profiles as in the file that the option `profiles` names. */
  readonly profiles?: readonly unknown[];
  /** What another webhook changes before the injector is called a second time; the second call is what is wanted. */
  readonly secondPass?: readonly Operation[];
  /** Why the case cannot go through the door of a spawned process. */
  readonly coreOnly?: string;
  /** Fields of the review's request in place of the usual ones. */
  readonly request?: Readonly<Record<string, unknown>>;
}

export interface GoldenCase extends Header {
  /** The path below `test/golden` without ending: `network/port-taken`. */
  readonly id: string;
  readonly wantFile: string;
  readonly namespace: string;
  readonly world: readonly KubernetesObject[];
  /** The pod under review, the last document of the file. */
  readonly pod: Pod;
}

/** Every case, ordered by its id. */
export const loadCases = (): readonly GoldenCase[] =>
  filesIn(goldenFolder)
    .filter((file) => isCase(file))
    .map((file) => loadCase(file));

const isCase = (file: string): boolean =>
  file.endsWith(CASE_ENDING) && !file.endsWith(WANT_ENDING) && !file.startsWith(`${WORLDS}/`);

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

function loadCase(file: string): GoldenCase {
  const [header, ...objects] = documentsOf(file);
  const pod = objects.pop();
  const { title, why, ...rest } = (header ?? {}) as Partial<Header>;
  if (title === undefined || why === undefined) throw new Error(`${file}: no title or no why`);
  if (pod === undefined) throw new Error(`${file}: no pod`);
  const shared = list(rest.worlds).flatMap((name) => documentsOf(`${WORLDS}/${name}.yaml`));
  const id = file.slice(0, -CASE_ENDING.length);
  return {
    title,
    why,
    ...rest,
    id,
    wantFile: join(goldenFolder, `${id}${WANT_ENDING}`),
    namespace: rest.namespace ?? 'shop',
    world: [...shared, ...objects] as KubernetesObject[],
    pod: pod as Pod,
  };
}

const list = <T>(items: readonly T[] | undefined): readonly T[] => items ?? [];

function documentsOf(file: string): unknown[] {
  const documents = parseAllDocuments(readFileSync(join(goldenFolder, file), 'utf8'));
  if (!Array.isArray(documents)) throw new Error(`${file}: empty`);
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${file}: ${error.message}`);
    return document.toJS() as unknown;
  });
}

/** What lies in the folder and belongs to nothing: wants without a case, worlds that no case names. */
export function strayFiles(cases: readonly GoldenCase[]): readonly string[] {
  const wants = new Set(cases.map(({ id }) => `${id}${WANT_ENDING}`));
  const worlds = new Set(
    cases.flatMap((one) => list(one.worlds)).map((name) => `${WORLDS}/${name}.yaml`),
  );
  return filesIn(goldenFolder).filter((file) => {
    if (file.endsWith(WANT_ENDING)) return !wants.has(file);
    if (file.startsWith(`${WORLDS}/`)) return !worlds.has(file);
    return !isCase(file) && file !== 'README.md';
  });
}
