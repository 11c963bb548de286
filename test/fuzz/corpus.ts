import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { podOf } from '../../src/cli/templates.js';
import type { DaemonSet, KubernetesObject, Pod } from '../../src/core/model/types.js';
import type { Settings } from '../../src/core/settings.js';
import { daemonSets, pods } from '../property/arbitrary.js';
import { PREFIX, settings, superNode } from '../support/builders.js';
import { loadCases } from '../support/golden/cases.js';
import { settingsFor } from '../support/golden/core-door.js';
import { Learned } from './learned.js';

/** A World, and a pod for it, before anything is mutated. */
export interface Scene {
  readonly world: readonly KubernetesObject[];
  readonly namespace: string;
  readonly pod: Pod;
  readonly settings: Settings;
}

/** What cases are made from. */
export interface Corpus {
  readonly golden: readonly Scene[];
  readonly generated: readonly Scene[];
  /** Real manifests; empty where they do not lie beside the project. */
  readonly real: { readonly daemonSets: readonly DaemonSet[]; readonly pods: readonly Pod[] };
  readonly learned: Learned;
}

/** Real manifests of other projects. They are data of others and lie beside the project, not in it. */
const realFolder = join(import.meta.dirname, '../../../shared/corpus');

/** Enough for variety; more would only take longer to make. */
const GENERATED = 300;

/** Reads and generates what cases are made from. The same seed gives the same, where the same files are there. */
export function loadCorpus(seed: number): Corpus {
  const golden = loadCases().map((one) => ({
    world: one.world,
    namespace: one.namespace,
    pod: one.pod,
    settings: settingsFor(one),
  }));
  const worlds = fc.sample(daemonSets, { seed, numRuns: GENERATED });
  const generated = fc.sample(pods, { seed: seed + 1, numRuns: GENERATED }).map((pod, i) => ({
    world: [superNode(), ...(worlds[i] ?? [])],
    namespace: 'default',
    pod,
    settings: settings(),
  }));
  const real = loadReal();
  const learned = new Learned();
  for (const scene of interleaved(golden, generated)) learnScene(learned, scene);
  for (const object of [...real.daemonSets, ...real.pods.slice(0, 100)]) learned.learn(object);
  return { golden, generated, real, learned };
}

/** So that neither source has all the room of what is learned. */
const interleaved = (one: readonly Scene[], other: readonly Scene[]): readonly Scene[] =>
  one.flatMap((scene, i) => [scene, ...other.slice(i, i + 1)]);

function learnScene(learned: Learned, { world, pod }: Scene): void {
  for (const object of [...world, pod]) learned.learn(object);
}

function loadReal(): Corpus['real'] {
  if (!existsSync(realFolder)) return { daemonSets: [], pods: [] };
  const pods = read('workloads').flatMap((workload) => {
    const made = podOf(workload);
    return made === undefined ? [] : [onVirtualNodes(made.request.pod)];
  });
  return { daemonSets: (read('daemonsets') as DaemonSet[]).map(marked), pods };
}

const read = (folder: string): KubernetesObject[] =>
  readdirSync(join(realFolder, folder))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => parse(readFileSync(join(realFolder, folder, name), 'utf8')) as KubernetesObject);

const ANYWHERE = { nodeSelector: {}, affinity: {}, tolerations: [{ operator: 'Exists' }] };

/** Marked, and at home on super nodes. */
function marked(daemonSet: DaemonSet): DaemonSet {
  const template = daemonSet.spec?.template;
  const metadata = {
    ...template?.metadata,
    annotations: { ...template?.metadata?.annotations, [`${PREFIX}ds-injection`]: 'true' },
  };
  const spec = { ...template?.spec, ...ANYWHERE };
  return { ...daemonSet, spec: { ...daemonSet.spec, template: { ...template, metadata, spec } } };
}

/** In a namespace that is injected, and running where the DaemonSets run. */
const onVirtualNodes = (pod: Pod): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, namespace: 'default' },
  spec: { ...pod.spec, ...ANYWHERE },
});
