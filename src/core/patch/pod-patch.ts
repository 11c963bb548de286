import { INJECTED_LABEL, RECORD_ANNOTATION } from '../model/annotations.js';
import { list, map } from '../model/types.js';
import type { PodSpec, ResourceRequirements } from '../model/types.js';
import { allContainers, metaOf } from '../model/pod.js';
import type { Amounts } from '../plan/resources.js';
import { covers } from '../record/covers.js';
import { withoutAmounts } from '../record/unpick.js';
import { PatchBuilder, escapeKey } from './builder.js';
import type { Revision } from './container-patch.js';
import { patchContainers } from './container-patch.js';
import { keptOf } from './kept.js';
import type { Operation } from './operation.js';
import { pinPod } from './pin-patch.js';

/** What the patch is made from. */
export interface Change extends Revision {
  /** The text of the record; undefined where nothing is injected. */
  readonly record: string | undefined;
}

/**
 * The operations that bring a pod to its plan. They are built directly: comparing whole objects costs more than
 * everything else together. What is already as planned is not touched, so a second pass yields none.
 */
export function patchOf(change: Change): readonly Operation[] {
  const patch = new PatchBuilder();
  patchContainers(patch, 'initContainers', change);
  patchContainers(patch, 'containers', change);
  patchVolumes(patch, change);
  patchResources(patch, change);
  patchRest(patch, change);
  patchMetadata(patch, change);
  return patch.operations;
}

function patchVolumes(patch: PatchBuilder, { subject, plan, ours }: Change): void {
  const wanted = new Map(plan.volumes.map((volume) => [volume.name, volume]));
  const current = list(subject.spec.volumes).map((volume, index) => ({ volume, index }));
  const kept = current.filter(({ volume }) => ours.volumes.has(volume.name));
  for (const { volume, index } of kept) {
    const target = wanted.get(volume.name);
    if (target !== undefined && !covers(volume, target))
      patch.set(`/spec/volumes/${index}`, target, true);
  }
  const unwanted = kept.filter(({ volume }) => !wanted.has(volume.name));
  const mounted = unwanted.length === 0 ? NONE : mountedIn(keptOf({ subject, plan, ours }));
  const unused = unwanted.filter(({ volume }) => !mounted.has(volume.name));
  for (const { index } of [...unused].reverse()) patch.remove(`/spec/volumes/${index}`);
  const added = plan.volumes.filter(({ name }) => !ours.volumes.has(name));
  patch.insert('/spec/volumes', subject.spec.volumes, added);
}

const NONE: ReadonlySet<string> = new Set();

/** A volume that a container mounts which stays must stay as well, or the API server would refuse the pod. */
const mountedIn = (kept: PodSpec): ReadonlySet<string> =>
  new Set(
    allContainers(kept).flatMap(({ volumeMounts }) => list(volumeMounts).map(({ name }) => name)),
  );

function patchRest(patch: PatchBuilder, { subject, plan, ours }: Change): void {
  const { spec } = subject;
  const gone = [...ours.pullSecrets].filter((name) => !plan.pullSecrets.includes(name));
  const present = list(spec.imagePullSecrets).map(({ name }, index) => ({
    name: name ?? '',
    index,
  }));
  for (const { index } of present.filter(({ name }) => gone.includes(name)).reverse()) {
    patch.remove(`/spec/imagePullSecrets/${index}`);
  }
  const secrets = plan.pullSecrets.filter((name) => !ours.pullSecrets.has(name));
  patch.insert(
    '/spec/imagePullSecrets',
    spec.imagePullSecrets,
    secrets.map((name) => ({ name })),
  );
  if (plan.parts.length > 0) pinPod(patch, spec, plan.pin);
}

function patchResources(patch: PatchBuilder, { subject, plan, ours }: Change): void {
  const { resources } = subject.spec;
  const others = ours.resources ? withoutAmounts(resources) : (resources ?? undefined);
  if (plan.podResources !== undefined) {
    const target = withAmounts(others, plan.podResources);
    if (!covers(resources, target)) patch.set('/spec/resources', target, ours.resources);
  } else if (ours.resources) {
    if (others === undefined) patch.remove('/spec/resources');
    else patch.set('/spec/resources', others, true);
  }
  for (const [name, amount] of Object.entries(plan.podRequests)) {
    patch.ensureObject('/spec/resources/requests', resources?.requests);
    patch.set(`/spec/resources/requests/${name}`, amount, false);
  }
}

const withAmounts = (
  others: ResourceRequirements | undefined,
  amounts: Amounts,
): ResourceRequirements => ({
  ...others,
  requests: { ...others?.requests, ...amounts },
  limits: { ...others?.limits, ...amounts },
});

function patchMetadata(patch: PatchBuilder, { subject, plan, ours, record }: Change): void {
  const metadata = metaOf(subject.pod);
  const annotations = map(metadata.annotations);
  const labels = map(metadata.labels);
  for (const [key, value] of ours.annotations) {
    // What somebody has given another value since is theirs now.
    if (!Object.hasOwn(plan.annotations, key) && annotations[key] === value) {
      patch.remove(`/metadata/annotations/${escapeKey(key)}`);
    }
  }
  if (record === undefined) {
    if (RECORD_ANNOTATION in annotations)
      patch.remove(`/metadata/annotations/${escapeKey(RECORD_ANNOTATION)}`);
    if (INJECTED_LABEL in labels) patch.remove(`/metadata/labels/${escapeKey(INJECTED_LABEL)}`);
    return;
  }
  patch.ensureObject('/metadata', subject.pod.metadata);
  patch.ensureObject('/metadata/labels', metadata.labels);
  setEntry(patch, '/metadata/labels', labels, [INJECTED_LABEL, 'true']);
  patch.ensureObject('/metadata/annotations', metadata.annotations);
  for (const entry of Object.entries(plan.annotations)) {
    if (!Object.hasOwn(annotations, entry[0]))
      setEntry(patch, '/metadata/annotations', annotations, entry);
  }
  setEntry(patch, '/metadata/annotations', annotations, [RECORD_ANNOTATION, record]);
}

function setEntry(
  patch: PatchBuilder,
  path: string,
  entries: Readonly<Record<string, string>>,
  [key, value]: readonly [string, string],
): void {
  const present = Object.hasOwn(entries, key);
  if (present && entries[key] === value) return;
  patch.set(`${path}/${escapeKey(key)}`, value, present);
}
