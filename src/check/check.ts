import type { ApiClient } from '../cluster/api.js';
import { problemOf } from '../cluster/problems.js';
import { parseVersion } from '../core/model/version.js';
import type { Settings } from '../core/settings.js';
import { valueOr } from '../survey/answer.js';
import { firstWord } from '../survey/first-word.js';
import { findCertificates } from './certificates.js';
import { fetchLeaf } from './leaf.js';
import type { Area } from './codes.js';
import { findDaemonSets } from './daemon-sets.js';
import { fetchObjects } from './fetch.js';
import { findTrial } from './find-trial.js';
import { finding, findingIf, type Finding } from './finding.js';
import { findInstallation } from './installation.js';
import { installedOf, type Installed } from '../survey/installed.js';
import { findMarks } from './marks.js';
import type { Names } from '../survey/names.js';
import { findNeighbours } from './neighbours.js';
import { findNodes } from './nodes.js';
import { askRights, findRights } from './permissions.js';
import { fetchPods, findPods } from './pods.js';
import { textAt, timeAt } from '../survey/raw.js';
import { Reader } from '../survey/reader.js';
import { OWN_REVIEWS } from '../survey/resources.js';
import {
  gitVersionOf,
  stageOf,
  type Certificates,
  worldOf,
  type Engine,
  type Objects,
  type Seen,
  type Stage,
} from './seen.js';
import { tryPod } from './trial.js';
import { findVersions } from './versions.js';
import { findWebhook } from './webhook.js';

export interface CheckOptions {
  readonly names: Names;
  /**
   * Makes the options by which to judge from what the installed injector was told, if that is known.
   *
   * @throws Error if what it was told cannot be understood; never without it.
   */
  readonly judgement: (installed: Installed | undefined) => Judgement;
  /** Where the dry-run pod would be. */
  readonly trialNamespace: string;
  /** How many pods to look at, at most. */
  readonly limit: number;
}

/** By what is judged. */
export interface Judgement {
  readonly settings: Settings;
  /** Whether somebody said the version in the settings, so that it is not to be asked for. */
  readonly versionGiven: boolean;
  /** `self` if the injector makes its certificates, `files` if they are given to it. */
  readonly certificates: Certificates;
  /** Whether it is to evict pods for any reason. */
  readonly evicts: boolean;
}

export interface CheckDeps {
  readonly client: ApiClient;
  readonly engine: Engine;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What was found, and where. */
export interface Report {
  /** As the API server tells them; empty where it does not. */
  readonly kubernetesVersion: string;
  readonly user: string;
  readonly stage: Stage;
  /** In the order in which it is told. */
  readonly findings: readonly Found[];
}

export type Found = Finding & { readonly area: Area };

/**
 * Looks at a cluster through its API server and says what speaks for and against injection there. Nothing is changed:
 * it reads, asks about rights, and has a pod admitted in a dry run.
 *
 * @throws UnreachableError or ApiError if the API server cannot be spoken with at all.
 */
export async function check(options: CheckOptions, deps: CheckDeps): Promise<Report> {
  const version = await firstWord(deps.client);
  const reader = new Reader(deps.client);
  const [objects, person] = await Promise.all([
    fetchObjects(reader, options.names),
    askWhoAndWhen(reader, deps.clock),
  ]);
  const judged = judgedBy(options, objects);
  const seen = seenOf({ ...objects, version }, options.names, judged, person);
  return {
    kubernetesVersion: gitVersionOf(seen.objects),
    user: person.user,
    stage: stageOf(seen),
    findings: await findAll(seen, reader, { ...options, ...deps, judged }),
  };
}

interface Person {
  readonly user: string;
  /** The time of the API server and by how much this machine is ahead of it, in milliseconds. */
  readonly now: number;
  readonly ahead?: number;
}

/** A review of oneself says when it was made. */
async function askWhoAndWhen(reader: Reader, clock: () => number): Promise<Person> {
  const begin = clock();
  const review = valueOr(await reader.post(OWN_REVIEWS, undefined), {});
  const now = clock();
  const told = timeAt(review, 'metadata', 'creationTimestamp');
  const user = textAt((review as Record<string, unknown>)['status'], 'userInfo', 'username');
  if (told === undefined) return { user, now };
  const ahead = (begin + now) / 2 - told;
  return { user, ahead, now: now - ahead };
}

interface Judged extends Judgement {
  readonly findings: readonly Finding[];
}

/** Where nothing is known of the installed injector's options, what the person says and the defaults have to do. */
function judgedBy({ judgement }: CheckOptions, objects: Omit<Objects, 'version'>): Judged {
  const installed = installedOf(objects);
  if (installed === undefined) {
    const isThere = 'value' in objects.deployment;
    return { ...judgement(undefined), findings: findingIf(isThere, 'options_assumed') };
  }
  try {
    return { ...judgement(installed), findings: [finding('options_read')] };
  } catch (error) {
    return { ...judgement(undefined), findings: [finding('options_assumed', problemOf(error))] };
  }
}

function seenOf(
  objects: Objects,
  names: Names,
  { settings, versionGiven, certificates, evicts }: Judgement,
  { now, ahead }: Person,
): Seen {
  const version = gitVersionOf(objects);
  const isKnown = !versionGiven && parseVersion(version) !== undefined;
  return {
    names,
    objects,
    certificates,
    evicts,
    now,
    ...(ahead === undefined ? {} : { ahead }),
    settings: {
      ...settings,
      ...(isKnown ? { kubernetesVersion: version } : {}),
      own: { namespace: names.namespace, release: names.release },
    },
  };
}

async function findAll(
  seen: Seen,
  reader: Reader,
  { engine, clock, trialNamespace, limit, judged }: CheckOptions & CheckDeps & { judged: Judged },
): Promise<readonly Found[]> {
  const world = worldOf(seen.objects);
  const [rights, leaf, trial, pods] = await Promise.all([
    outcomeOf(askRights(reader, seen)),
    outcomeOf(fetchLeaf(reader, seen)),
    outcomeOf(tryPod(seen, { reader, engine, world, clock, namespace: trialNamespace })),
    outcomeOf(fetchPods(reader, seen, limit)),
  ]);
  return [
    ...look('versions', () => findVersions(seen)),
    ...look('permissions', () => findRights(rights())),
    ...look('installation', () => [...judged.findings, ...findInstallation(seen)]),
    ...look('webhook', () => findWebhook(seen)),
    ...look('certificates', () => findCertificates(seen, leaf())),
    ...look('nodes', () => findNodes(seen)),
    ...look('daemonSets', () => findDaemonSets(seen, world, engine)),
    ...look('marks', () => findMarks(seen)),
    ...look('trial', () => findTrial(trial())),
    ...look('pods', () => findPods(pods(), seen, { engine, world })),
    ...look('neighbours', () => findNeighbours(seen)),
  ];
}

/** What came of something, or what it failed with, for those whom it concerns. */
const outcomeOf = <T>(promise: Promise<T>): Promise<() => T> =>
  promise.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );

/** Objects may be anything; what nobody thought of must not take the other findings with it. */
function look(area: Area, find: () => readonly Finding[]): readonly Found[] {
  try {
    return joined(find()).map((one) => ({ area, ...one }));
  } catch (error) {
    return [{ area, ...finding('not_understood', problemOf(error)) }];
  }
}

/** All that one may not look at in an area is said in one finding. */
function joined(findings: readonly Finding[]): readonly Finding[] {
  const refusals = findings.filter(({ code }) => code === 'not_allowed');
  if (refusals.length < 2) return findings;
  const details = new Set(refusals.map(({ detail = '' }) => detail));
  const others = findings.filter(({ code }) => code !== 'not_allowed');
  return [...others, finding('not_allowed', [...details].join(', '))];
}
