import { existsSync, readFileSync } from 'node:fs';
import { copy, filesBelow, type ImageFile, PLAIN, PROGRAM } from './files.js';

/** Where the image has the program. */
export const APP = 'app';

/** What of package-lock.json decides whether a package is one of production. */
interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
}

/** Folders that packages carry beside their code, by the names that npm packages give them. */
const BESIDE_CODE = new Set([
  ...['.github', 'test', 'tests', '__tests__', 'doc', 'docs', 'example', 'examples', 'man'],
  ...['benchmark', 'benchmarks', 'bench', 'coverage'],
]);

const LICENSE = /^(licen[cs]e|copying|notice)/i;
/** Texts for people, types and maps; node reads none of them. */
const NOT_RUN = /(\.(md|markdown|map|ts|mts|cts|flow|tsbuildinfo)|\/(\.[^/]*|[Mm]akefile))$/;

/**
 * Whether a file or folder of an installed package is needed to run it, or has to travel with it by its licence.
 * Folders are told by their names at the top of a package only: `yaml/dist/doc` is code.
 */
export function runs(path: string, isFolder: boolean): boolean {
  if (isFolder) return path !== 'node_modules' && !BESIDE_CODE.has(path.toLowerCase());
  return LICENSE.test(path) || !NOT_RUN.test(`/${path}`);
}

/** Packages of types alone, on which others depend. */
const TYPES = /\/@types\/[^/]+$/;

/** The folders of the packages that `npm ci --omit=dev` would install and node reads, from the lock file and what is installed. */
export function productionPackages(root: string): readonly string[] {
  const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true && !TYPES.test(path))
    .filter(([path, locked]) => isInstalled(root, path, locked))
    .map(([path]) => path);
}

function isInstalled(root: string, path: string, locked: Locked): boolean {
  if (existsSync(`${root}/${path}/package.json`)) return true;
  if (locked.optional === true || locked.devOptional === true || locked.peer === true) return false;
  throw new Error(`collecting the program: ${path} is not installed; run npm ci`);
}

/** The built program with the packages that it runs with. `root` is the project's folder. */
export const appFiles = (root: string): readonly ImageFile[] => [
  copy(`${APP}/package.json`, `${root}/package.json`),
  copy(`${APP}/LICENSE`, `${root}/LICENSE`),
  ...filesBelow(`${root}/dist`, (path) => !path.endsWith('.map')).map((path) =>
    copy(`${APP}/dist/${path}`, `${root}/dist/${path}`, path === 'main.js' ? PROGRAM : PLAIN),
  ),
  ...productionPackages(root).flatMap((folder) =>
    filesBelow(`${root}/${folder}`, runs).map((path) =>
      copy(`${APP}/${folder}/${path}`, `${root}/${folder}/${path}`),
    ),
  ),
];
