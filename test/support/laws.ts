import { expect } from 'vitest';
import { inject } from '../../src/core/engine.js';
import type { Request } from '../../src/core/engine.js';
import type { Container, Pod, PodSpec, Volume } from '../../src/core/model/types.js';
import { list } from '../../src/core/model/types.js';
import { INJECTED_LABEL, RECORD_ANNOTATION } from '../../src/core/model/annotations.js';
import type { Outcome } from '../../src/core/outcome.js';
import { applyPatch } from '../../src/core/patch/apply.js';
import type { Settings } from '../../src/core/settings.js';
import type { World } from '../../src/core/world/world.js';
import { strictApply } from './strict-patch.js';

/** What came of a pod on which all laws hold. */
export interface Lawful {
  readonly outcome: Outcome;
  readonly injected: Pod;
}

/**
 * Injects a pod and checks what must hold for every pod, DaemonSet and World: the patch applies strictly, the result
 * is a valid pod as far as names, mounts and ports go, the business part is what it was, and a second pass changes
 * nothing.
 */
export function expectLaws(request: Request, world: World, settings: Settings): Lawful {
  const before = JSON.stringify(request.pod);
  const outcome = inject(request, world, settings);
  expect(JSON.stringify(request.pod), 'the pod that was given is left alone').toBe(before);
  const injected = applyPatch(request.pod, outcome.operations);
  expect(strictApply(request.pod, outcome.operations), 'RFC 6902 to the letter').toEqual(injected);
  expectValid(injected, request);
  expectBusinessUntouched(request.pod, injected, outcome);
  const again = inject({ ...request, pod: injected }, world, settings);
  expect(again.operations, 'a second pass changes nothing').toEqual([]);
  expect(again.daemonSets, 'a second pass says the same').toEqual(outcome.daemonSets);
  return { outcome, injected };
}

const containersOf = (spec: PodSpec): readonly Container[] => [
  ...list(spec.initContainers),
  ...list(spec.containers),
  ...list(spec.ephemeralContainers),
];
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What the API server would refuse, as far as injection could cause it. What came with the request is not judged. */
export function expectValid(pod: Pod, request: Request): void {
  const before = request.pod.spec ?? {};
  const spec = pod.spec ?? {};
  const added = containersOf(spec).filter(
    (container) => !containersOf(before).some((old) => old.name === container.name),
  );
  const volumes = new Set([
    ...list(spec.volumes).map(({ name }) => name),
    ...(request.claimVolumes ?? []),
  ]);
  for (const container of added) {
    expect(container.name, 'a DNS label').toMatch(NAME);
    const paths = list(container.volumeMounts).map(({ mountPath }) => mountPath);
    expect(new Set(paths).size, `one mount at each path of ${container.name}`).toBe(paths.length);
    for (const mount of list(container.volumeMounts)) {
      expect(volumes, `the volume of each mount of ${container.name}`).toContain(mount.name);
    }
    expect(list(container.ports).filter(({ hostPort }) => hostPort !== undefined)).toEqual([]);
    expect(container.securityContext?.privileged).not.toBe(true);
  }
  const claims = new Set(request.claimVolumes);
  const newVolumes = list(spec.volumes).filter(
    (volume) => !list(before.volumes).some(({ name }) => name === volume.name),
  );
  for (const volume of newVolumes) expectValidVolume(volume, claims);
  expectNoNewDuplicates(containersOf(before), containersOf(spec));
  expectNoNewDuplicates(list(before.volumes), list(spec.volumes));
}

function expectValidVolume(volume: Volume, claims: ReadonlySet<string>): void {
  expect(volume.name).toMatch(NAME);
  expect(claims, 'names of claims are taken').not.toContain(volume.name);
  const sources = Object.keys(volume).filter((field) => field !== 'name');
  expect(sources, `one source of volume ${volume.name}`).toHaveLength(1);
  expect(
    volume.emptyDir?.medium === 'Memory' ? undefined : volume.emptyDir?.sizeLimit,
  ).toBeUndefined();
}

const duplicates = (items: readonly { name: string }[]): number =>
  items.length - new Set(items.map(({ name }) => name)).size;

const expectNoNewDuplicates = (
  before: readonly { name: string }[],
  after: readonly { name: string }[],
): void => {
  expect(duplicates(after), 'no name twice').toBe(duplicates(before));
};

/** Takes off what may be added; what is left must be what was sent, in its order. */
function expectBusinessUntouched(before: Pod, after: Pod, outcome: Outcome): void {
  const mine = new Set(
    outcome.daemonSets.flatMap(({ containers }) => containers.map((one) => one.injectedAs)),
  );
  const old = before.spec ?? {};
  const now = after.spec ?? {};
  const { containers, initContainers, volumes, imagePullSecrets, resources, affinity, ...rest } =
    now;
  const { containers: oldContainers, initContainers: oldInits, volumes: oldVolumes } = old;
  const others = (all: readonly Container[] | null | undefined): readonly Container[] =>
    list(all).filter(({ name }) => !mine.has(name));
  expect(others(containers).map(withoutHostAddress)).toEqual(
    list(oldContainers).map(withoutHostAddress),
  );
  expect(others(initContainers).map(withoutHostAddress)).toEqual(
    list(oldInits).map(withoutHostAddress),
  );
  expect(list(volumes).slice(0, list(oldVolumes).length)).toEqual(list(oldVolumes));
  expect(list(imagePullSecrets).slice(0, list(old.imagePullSecrets).length)).toEqual(
    list(old.imagePullSecrets),
  );
  expect(resources ?? null).toSatisfy(
    (value: unknown) => value !== null || (old.resources ?? null) === null,
  );
  expect(affinity === undefined).toBe(old.affinity === undefined);
  const {
    containers: _c,
    initContainers: _i,
    volumes: _v,
    imagePullSecrets: _s,
    resources: _r,
    affinity: _a,
    ...oldRest
  } = old;
  expect(rest, 'every other field, known or not').toEqual(oldRest);
  expectMetadataKept(before, after);
}

function expectMetadataKept(before: Pod, after: Pod): void {
  const { labels = {}, annotations = {}, ...rest } = after.metadata ?? {};
  const { labels: oldLabels, annotations: oldAnnotations, ...oldRest } = before.metadata ?? {};
  expect(rest).toEqual(oldRest);
  const { [INJECTED_LABEL]: _, ...otherLabels } = { ...oldLabels };
  expect(labels ?? {}).toMatchObject(otherLabels);
  const { [RECORD_ANNOTATION]: __, ...otherAnnotations } = { ...oldAnnotations };
  expect(annotations ?? {}).toMatchObject(otherAnnotations);
}

/** env-host-ip may replace the field of a variable, and nothing else of it. */
const withoutHostAddress = (container: Container): unknown =>
  JSON.parse(JSON.stringify(container).replaceAll('"status.podIP', '"status.hostIP'));
