import { inject } from '../../src/core/engine.js';
import type { DaemonSet, KubernetesObject, Pod } from '../../src/core/model/types.js';
import { applyPatch } from '../../src/core/patch/apply.js';
import type { Settings } from '../../src/core/settings.js';
import { WorldStore } from '../../src/core/world/store.js';
import type { World } from '../../src/core/world/world.js';
import { snapshotOf } from '../../src/standalone/snapshot.js';
import { superNode } from '../support/builders.js';
import { aReview } from '../support/review.js';
import { annotate, forgeRecord } from './annotations.js';
import { mutateBytes } from './byte-mutation.js';
import { plantInObject, plantInPod } from './canary.js';
import type { Corpus, Scene } from './corpus.js';
import { copyOf, fieldsAt, setField, type Fields } from './json.js';
import { mutate, type Tools } from './json-mutation.js';
import { Random } from './random.js';
import { varied } from './settings.js';

/** One call of the webhook, and all that its answer may depend on. */
export interface FuzzCase {
  /** The World, as manifests. */
  readonly objects: readonly KubernetesObject[];
  readonly settings: Settings;
  readonly body: Buffer;
  /** Whether the bytes of the body were mutated; then a secret may have come where a name belongs. */
  readonly ofBytes: boolean;
}

/** Cases that share a World. */
export interface Round {
  readonly number: number;
  readonly objects: readonly KubernetesObject[];
  readonly cases: readonly FuzzCase[];
}

/** A World is used for so many cases: enough to make what is remembered of it matter. */
export const CASES_EACH = 15;

/** The World of manifests, as `serve` makes it of files; what the reader of files refuses is left out. */
export const worldFrom = (objects: readonly KubernetesObject[]): World =>
  new WorldStore(
    snapshotOf(
      copyOf(objects)
        .filter(isReadable)
        .map((object) => ({ object, file: '-', document: 1, line: 1, inexact: [] })),
    ).objects,
  );

const isReadable = ({ kind, apiVersion }: Fields): boolean =>
  typeof kind === 'string' && typeof apiVersion === 'string';

/** Makes a round; seed, number and corpus decide all of it. */
export function makeRound(seed: number, number: number, corpus: Corpus): Round {
  const random = new Random(seed, number);
  const tools: Tools = { random, learned: corpus.learned, gentle: random.chance(0.5) };
  const scene = someScene(corpus, random);
  const early = [...scene.world, ...companions(scene, random)] as readonly KubernetesObject[];
  const objects = someWorld(early, tools);
  const settings = [varied(scene.settings, random), varied(scene.settings, random)];
  const cases = Array.from({ length: CASES_EACH }, (_, i): FuzzCase => {
    const one = settings[i % 2] ?? scene.settings;
    const pod = somePod(scene, corpus, random);
    // What was injected may be of before a change of the World.
    const world = random.chance(0.6) ? objects : early;
    const earlier = random.chance(0.3) ? injectedPod(pod, scene, world, one) : pod;
    return { objects, settings: one, ...someBody(earlier, scene, tools) };
  });
  return { number, objects, cases };
}

function someScene({ golden, generated, real }: Corpus, random: Random): Scene {
  const kind = random.fraction();
  if (kind < 0.45) return random.pick(golden);
  const scene = random.pick(generated);
  if (kind < 0.7 || real.daemonSets.length === 0) return scene;
  const daemonSets: DaemonSet[] = [];
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    daemonSets.push(random.pick(real.daemonSets));
  }
  return { ...scene, world: [superNode(), ...daemonSets], pod: random.pick(real.pods) };
}

/** Now and then a pod that was not made for the World. */
function somePod(scene: Scene, { golden, generated, real }: Corpus, random: Random): Pod {
  if (random.chance(0.6)) return scene.pod;
  if (real.pods.length > 0 && random.chance(0.4)) return random.pick(real.pods);
  return random.pick(random.chance(0.5) ? golden : generated).pod;
}

function someWorld(early: readonly KubernetesObject[], tools: Tools): readonly KubernetesObject[] {
  const { random } = tools;
  const objects = copyOf(early) as Fields[];
  for (const object of objects) {
    if (random.chance(0.15)) annotate(object, tools);
    if (random.chance(0.1)) annotate(fieldsAt(object, 'spec', 'template'), tools);
    if (random.chance(0.5)) mutate(bodyOf(object, random), 1 + random.below(5), tools);
    plantInObject(object, random);
  }
  return copyOf(objects);
}

/** Its spec as a rule: most of what is wrong elsewhere keeps an object out of the World. */
const bodyOf = (object: Fields, random: Random): Fields => {
  const spec = fieldsAt(object, 'spec');
  return random.chance(0.8) && Object.keys(spec).length > 0 ? spec : object;
};

/** What belongs to the DaemonSets and namespaces of a scene, where it has none itself. */
function companions({ world, namespace }: Scene, random: Random): readonly unknown[] {
  const revisions = world
    .filter(({ kind }) => kind === 'DaemonSet')
    .map((daemonSet) => revisionOf(daemonSet));
  const others: readonly unknown[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, annotations: {} } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cfg', namespace }, data: { k: 'v' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cfg', namespace }, data: { k: 'dg==' } },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
      imagePullSecrets: [{ name: 'of-account' }],
    },
    superNode({ metadata: { name: 'other' }, status: { nodeInfo: { kubeletVersion: 'v1.28.1' } } }),
  ];
  return [...revisions, ...others].filter(() => random.chance(0.25));
}

function revisionOf({ metadata, spec }: DaemonSet): unknown {
  const { name = '', namespace } = metadata ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-abc`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'controller-revision-hash': 'abc' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, controller: true }],
    },
    revision: 1,
    data: { spec: { template: { ...spec?.template, $patch: 'replace' } } },
  };
}

/** The pod as an earlier pass left it; as it was where the engine fails on it, which its own case will tell. */
function injectedPod(
  pod: Pod,
  { namespace }: Scene,
  objects: readonly KubernetesObject[],
  settings: Settings,
): Pod {
  try {
    const { operations } = inject({ pod, namespace }, worldFrom(objects), settings);
    return applyPatch(pod, operations);
  } catch {
    return pod;
  }
}

function someBody(
  original: Pod,
  { namespace }: Scene,
  tools: Tools,
): Pick<FuzzCase, 'body' | 'ofBytes'> {
  const { random } = tools;
  const pod = copyOf(original) as Fields;
  if (random.chance(0.3)) annotate(pod, tools);
  if (random.chance(0.25)) forgeRecord(pod, tools);
  if (random.chance(0.85))
    mutate(random.chance(0.9) ? bodyOf(pod, random) : pod, someTimes(random), tools);
  plantInPod(pod, random);
  const review = aReview({ uid: `fuzz-${random.below(2 ** 31)}`, namespace, object: pod });
  if (random.chance(0.05)) setField(fieldsAt(review, 'request'), 'dryRun', true);
  if (random.chance(0.08)) mutateEnvelope(review, tools);
  const body = Buffer.from(JSON.stringify(review));
  return random.chance(0.12)
    ? { body: mutateBytes(body, random), ofBytes: true }
    : { body, ofBytes: false };
}

/** Mostly one change, so that what it does is not hidden behind another's. */
const someTimes = (random: Random): number => (random.chance(0.6) ? 1 : 1 + random.below(7));

function mutateEnvelope(review: Fields, tools: Tools): void {
  const request = fieldsAt(review, 'request');
  const { object, ...envelope } = request;
  mutate(tools.random.chance(0.8) ? envelope : review, 1, tools);
  if (review['request'] === request) {
    setField(
      review,
      'request',
      Object.hasOwn(envelope, 'object') ? envelope : { ...envelope, object },
    );
  }
}
