import { WorldStore } from '../core/world/store.js';
import type { World } from '../core/world/world.js';
import { watchFiles } from '../files/watch.js';
import { findFiles } from './files.js';
import { InputError, type Problem } from './manifest.js';
import { readManifests } from './manifests.js';
import { snapshotOf, type Counts, type Snapshot } from './snapshot.js';

export interface WatchOptions {
  /** Files or folders of manifests. */
  readonly paths: readonly string[];
  /** Milliseconds between two looks at the files; a change is taken over after one to two of them. */
  readonly interval: number;
  /** Called after each load that succeeded, the first included. */
  readonly loaded: (counts: Counts) => void;
  /** Called once for each set of problems that makes loads fail, the first load excluded; the World stays as it was. */
  readonly failed: (problems: readonly Problem[]) => void;
  /** How files are read; by default from the disk. */
  readonly read?: typeof readManifests;
}

export interface WorldWatch {
  /** Loads the World and begins to watch. @throws InputError with all problems if it cannot be loaded. */
  start(): Promise<void>;
  /** Ends the watch; a load under way is waited for and thrown away. */
  stop(): Promise<void>;
  /** The last World that could be loaded. @throws Error before `start()` has succeeded. */
  current(): World;
}

/**
 * Reads a World from files.
 *
 * @throws InputError with every problem of every file at once.
 */
export async function loadSnapshot(
  paths: readonly string[],
  read = readManifests,
): Promise<Snapshot> {
  const found = await read(paths);
  const snapshot = snapshotOf(found.manifests);
  const problems = [...found.problems, ...snapshot.problems];
  if (problems.length > 0) throw new InputError(problems);
  return snapshot;
}

/**
 * Keeps a World fresh while its files change. A mounted ConfigMap, which changes by the swap of a link, is seen as well,
 * since links are followed.
 */
export function watchWorld(options: WatchOptions): WorldWatch {
  const state: State = {
    world: new WorldStore(),
    size: 0,
    told: '',
    loaded: false,
    stopped: false,
  };
  const files = watchFiles({
    mark: () => fingerprint(options.paths),
    interval: options.interval,
    changed: () => reload(state, options),
  });
  return {
    start: () =>
      files.start(async () => {
        take(state, await loadSnapshot(options.paths, options.read), options);
      }),
    stop: () => {
      state.stopped = true;
      return files.stop();
    },
    current: () => {
      if (!state.loaded) throw new Error('the World is not loaded yet');
      return state.world;
    },
  };
}

interface State {
  /** One World for all loads: what did not change between two of them stays worked out. */
  readonly world: WorldStore;
  /** How many objects the last load yielded. */
  size: number;
  /** The problems that were told last; empty if there were none since a load succeeded. */
  told: string;
  loaded: boolean;
  stopped: boolean;
}

function take(state: State, { objects, counts }: Snapshot, { loaded }: WatchOptions): void {
  state.world.replace(objects);
  state.size = objects.length;
  state.told = '';
  state.loaded = true;
  loaded(counts);
}

/**
 * @returns false if it is worth another try though no file changes: a file system may fail for a moment only. To parse
 * what is wrong again and again would hold up reviews for nothing.
 */
async function reload(state: State, options: WatchOptions): Promise<boolean> {
  try {
    const snapshot = await loadSnapshot(options.paths, options.read);
    if (isStopped(state)) return true;
    checkSize(snapshot, state.size, options.paths);
    take(state, snapshot, options);
    return true;
  } catch (error) {
    const problems = problemsOf(error, options.paths);
    if (!isStopped(state)) tell(state, problems, options);
    return problems.every(isInDocument);
  }
}

const isInDocument = ({ document, line }: Problem): boolean => document > 0 || line > 0;

/** A shell empties the file of `kubectl get … > world.yaml` seconds before kubectl writes to it. */
function checkSize({ objects }: Snapshot, before: number, paths: readonly string[]): void {
  if (objects.length > 0 || before === 0) return;
  const message = 'the files hold no objects; the last World stays';
  throw new InputError([{ file: paths.join(), document: 0, line: 0, message }]);
}

/** Says what is wrong once, however often it is looked at. */
function tell(state: State, problems: readonly Problem[], { failed }: WatchOptions): void {
  const told = JSON.stringify(problems);
  if (state.told === told) return;
  state.told = told;
  failed(problems);
}

/** A function, because the compiler takes a field for unchanged across an `await`. */
const isStopped = ({ stopped }: State): boolean => stopped;

const problemsOf = (error: unknown, paths: readonly string[]): readonly Problem[] =>
  error instanceof InputError
    ? error.problems
    : [{ file: paths.join(), document: 0, line: 0, message: String(error) }];

/** A text that differs whenever the files may. What cannot be read is part of it, and so is its return. */
async function fingerprint(paths: readonly string[]): Promise<string> {
  const found = await Promise.all(paths.map(findFiles));
  return JSON.stringify(found);
}
