import { lateFor } from '../../../src/core/late/late.js';
import type { Late } from '../../../src/core/late/late.js';
import { lackingIn } from '../../../src/core/late/lacking.js';
import { prunedBound } from '../../../src/core/late/bound.js';
import { allContainers, specOf } from '../../../src/core/model/pod.js';
import { list } from '../../../src/core/model/types.js';
import type { Container, Pod } from '../../../src/core/model/types.js';
import type { Settings } from '../../../src/core/settings.js';
import type { World } from '../../../src/core/world/world.js';
import { hold, holdSame } from './law.js';

/** The fields that the API server lets an ephemeral container have (`allowedEphemeralContainerFields`). */
const ALLOWED = new Set([
  ...['name', 'image', 'command', 'args', 'workingDir', 'env', 'envFrom', 'volumeMounts'],
  ...['terminationMessagePath', 'terminationMessagePolicy', 'imagePullPolicy', 'securityContext'],
  ...['stdin', 'stdinOnce', 'tty', 'targetContainerName'],
]);

/** More rounds than a DaemonSet has init containers. */
const ROUNDS = 50;

/** A pod that was bound to a node and runs, as it was admitted. */
export const bound = (pod: Pod, nodeName: string): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, namespace: pod.metadata?.namespace ?? 'default' },
  spec: { ...pod.spec, nodeName },
  status: { phase: 'Running' },
});

/**
 * Adds to a pod that runs what it gets, until that is all, and checks what must hold for every such pod: what is added is
 * valid and mounts what is there, everything that is promised comes, and then nothing is left to do.
 *
 * @returns what was said last of the pod.
 */
export function expectLawfulLate(pod: Pod, world: World, settings: Settings): Late {
  const question = { world, settings, now: 0, lacking: true, restarts: 10 };
  const lacking = lackingIn(prunedBound(pod), world, settings);
  holdSame('a pruned pod lacks what the whole one does', lacking, lackingIn(pod, world, settings));
  let current = pod;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = JSON.stringify(current);
    const late = lateFor(current, question);
    hold('the pod that was given is left alone', JSON.stringify(current) === before);
    if (late.record === undefined && late.containers.length === 0) {
      expectAll(late, current);
      return late;
    }
    for (const container of late.containers) expectFit(container, current);
    current = written(current, late);
    expectNames(current);
    const again = lateFor(current, question);
    holdSame('a second look yields nothing', [again.record, again.containers], [undefined, []]);
    current = worked(current);
  }
  throw new Error(`there was no end to it after ${ROUNDS} rounds`);
}

function expectFit(container: Container, pod: Pod): void {
  const wrong = Object.keys(container).filter((field) => !ALLOWED.has(field));
  holdSame('only what an ephemeral container can have', wrong, []);
  const volumes = new Set(list(specOf(pod).volumes).map(({ name }) => name));
  const mounts = list(container.volumeMounts);
  for (const { name, subPath, subPathExpr } of mounts) {
    hold('a volume that the pod has', volumes.has(name), () => name);
    hold('no part of a volume', (subPath ?? '') + (subPathExpr ?? '') === '', () => name);
  }
  const paths = mounts.map(({ mountPath }) => mountPath);
  hold('one mount at a path', new Set(paths).size === paths.length, () => paths.join());
}

function expectNames(pod: Pod): void {
  const names = allContainers(specOf(pod)).map(({ name }) => name);
  hold('no name twice', new Set(names).size === names.length, () => names.join());
}

function expectAll({ verdicts }: Late, pod: Pod): void {
  const names = new Set(list(specOf(pod).ephemeralContainers).map(({ name }) => name));
  for (const { decision, containers } of verdicts) {
    const missing = containers.filter(({ injectedAs }) => !names.has(injectedAs));
    hold('what is promised is there', decision === 'skip' || missing.length === 0);
  }
}

const written = (pod: Pod, { record, containers }: Late): Pod => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    annotations: {
      ...pod.metadata?.annotations,
      ...(record === undefined ? {} : { 'ds-injector.io/record': record }),
    },
  },
  spec: {
    ...pod.spec,
    ephemeralContainers: [...list(specOf(pod).ephemeralContainers), ...containers],
  },
});

/** Whatever of it is an init container has done its work, and whatever is not goes on, as nobody asks about that. */
const worked = (pod: Pod): Pod => {
  const inits = new Set(initsOf(pod));
  return {
    ...pod,
    status: {
      phase: 'Running',
      ephemeralContainerStatuses: list(specOf(pod).ephemeralContainers).map(({ name }) => ({
        name,
        state: inits.has(name) ? { terminated: { exitCode: 0 } } : { running: {} },
      })),
    },
  };
};

function initsOf({ metadata }: Pod): readonly string[] {
  const record = JSON.parse(metadata?.annotations?.['ds-injector.io/record'] ?? '{}') as {
    daemonSets?: { containers: { injectedAs: string; init?: true }[] }[];
  };
  return list(record.daemonSets)
    .flatMap(({ containers }) => containers)
    .filter(({ init }) => init === true)
    .map(({ injectedAs }) => injectedAs);
}
