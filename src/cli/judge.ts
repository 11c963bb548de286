import type { Request } from '../core/engine.js';
import { podReasons } from '../core/decide/reasons.js';
import { skipped, type Outcome } from '../core/outcome.js';
import { builtInProfiles } from '../core/profiles/built-in.js';
import type { Settings } from '../core/settings.js';
import { WorldStore } from '../core/world/store.js';
import type { World } from '../core/world/world.js';
import { load, type Sources } from '../config/load.js';
import { settingsOf } from '../config/settings.js';
import { InputError, type Manifest } from '../standalone/manifest.js';
import { readManifests } from '../standalone/manifests.js';
import { snapshotOf } from '../standalone/snapshot.js';
import { chain, UsageError } from './fail.js';
import type { Io } from './io.js';
import { podOf, type TemplatePod } from './templates.js';

/** The engine, as a parameter, so that commands can be tried without it. */
export type Engine = (request: Request, world: World, settings: Settings) => Outcome;

/** A document and, if it makes pods, what the engine says of them. */
export interface Judged {
  readonly manifest: Manifest;
  readonly verdict?: Verdict;
}

export interface Verdict {
  readonly pod: TemplatePod;
  readonly outcome: Outcome;
  /** The engine failed on the pod, which is a fault of this program. */
  readonly failed: boolean;
}

/** The flags of `inject` and `explain`, by their camelCase names. */
export interface OfflineFlags {
  readonly flags: Sources['flags'];
  /** Files, folders, or `-` for standard input. */
  readonly files: readonly string[];
}

/**
 * Reads configuration, World and documents, and asks the engine about each pod.
 *
 * @returns every document, in order.
 * @throws ConfigError, InputError or UsageError; an InputError has the problems of World and documents at once.
 */
export async function judgeAll(
  given: OfflineFlags,
  engine: Engine,
  io: Io,
): Promise<readonly Judged[]> {
  const { config, profiles } = load({ flags: given.flags, env: io.env, readFile: io.readFile });
  const settings = settingsOf(config, profiles, builtInProfiles);
  const paths = worldPaths(config.world);
  if (paths.includes('-') && given.files.includes('-')) {
    throw new UsageError('standard input cannot be both --world and -f; put one of them in a file');
  }
  const seen = await readManifests(paths, io.stdin);
  const { objects, problems } = snapshotOf(seen.manifests);
  const documents = await readManifests(given.files, io.stdin);
  const all = [...seen.problems, ...problems, ...documents.problems];
  if (all.length > 0) throw new InputError(all);
  const world = new WorldStore(objects);
  return documents.manifests.map((manifest) =>
    judge(manifest, (request) =>
      withUnmarked(engine({ ...request, nameAll: true }, world, settings), world),
    ),
  );
}

/** @throws UsageError if there is none: nothing in this program works without knowing the cluster. */
export function worldPaths(paths: readonly string[]): readonly string[] {
  if (paths.length > 0) return paths;
  throw new UsageError(
    'there is no World; give the manifests of DaemonSets and Nodes with --world PATH',
  );
}

/**
 * A person who asks wants to hear of every DaemonSet; the engine passes over those that are not marked, because a
 * review's cost must not grow with them.
 */
function withUnmarked(outcome: Outcome, world: World): Outcome {
  if (outcome.reason !== 'injected' && outcome.reason !== 'no_daemonset') return outcome;
  const reported = new Set(outcome.daemonSets.map(({ namespace, name }) => `${namespace}/${name}`));
  const unmarked = world
    .daemonSets()
    .map(({ metadata }) => ({
      namespace: metadata?.namespace ?? 'default',
      name: metadata?.name ?? '',
    }))
    .filter(({ namespace, name }) => !reported.has(`${namespace}/${name}`))
    .map((key) => ({ ...key, decision: 'skip', reason: 'not_marked', containers: [] }) as const);
  return { ...outcome, daemonSets: [...outcome.daemonSets, ...unmarked] };
}

function judge(manifest: Manifest, ask: (request: Request) => Outcome): Judged {
  const pod = podOf(manifest.object);
  return pod ? { manifest, verdict: verdictOn(pod, ask) } : { manifest };
}

function verdictOn(pod: TemplatePod, ask: (request: Request) => Outcome): Verdict {
  try {
    return { pod, outcome: ask(pod.request), failed: false };
  } catch (error) {
    return { pod, outcome: skipped('internal_error', [], chain(error)), failed: true };
  }
}

/** `Deployment default/web` */
export const titleOf = ({ pod }: Verdict): string => `${pod.kind} ${pod.namespace}/${pod.name}`;

/** The sentence for a pod's reason, with its particulars. */
export function sentenceOf({ outcome }: Verdict): string {
  return withDetail(podReasons[outcome.reason].sentence, outcome.detail);
}

export const withDetail = (sentence: string, detail: string | undefined): string =>
  detail === undefined || detail === '' ? sentence : `${sentence} (${detail})`;
