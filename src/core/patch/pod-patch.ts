import { INJECTED_LABEL, RECORD_ANNOTATION } from '../model/annotations.js';
import { list, map } from '../model/types.js';
import type { Container, ResourceRequirements, Volume } from '../model/types.js';
import { allContainers, metaOf } from '../model/pod.js';
import type { Subject } from '../decide/subject.js';
import type { PlannedContainer } from '../plan/carry.js';
import type { EnvRewrite } from '../plan/business.js';
import { listOf } from '../plan/mode.js';
import type { Plan } from '../plan/plan.js';
import type { Amounts } from '../plan/resources.js';
import { MESH_INIT_CONTAINERS } from '../profiles/mesh.js';
import { contradicts, covers, isKeyed, sameImage, sameItem } from '../record/covers.js';
import type { Ours } from '../record/unpick.js';
import { withoutAmounts } from '../record/unpick.js';
import { PatchBuilder, escapeKey } from './builder.js';
import type { Operation } from './operation.js';
import { pinPod } from './pin-patch.js';

/** What the patch is made from. */
export interface Change {
  readonly subject: Subject;
  readonly plan: Plan;
  readonly ours: Ours;
  readonly envRewrites: readonly EnvRewrite[];
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

type Field = ReturnType<typeof listOf>;

/** Changes and removals come first, at the places where things are; then what is new. */
function patchContainers(patch: PatchBuilder, field: Field, change: Change): void {
  const { subject, plan, ours, envRewrites } = change;
  const current = list(subject.spec[field]);
  const planned = plan.parts
    .flatMap(({ containers }) => containers)
    .filter(({ slot }) => listOf(slot) === field);
  for (const rewrite of envRewrites.filter((one) => one.list === field)) {
    const path = `/spec/${field}/${rewrite.container}/env/${rewrite.variable}/valueFrom/fieldRef/fieldPath`;
    patch.set(path, rewrite.fieldPath, true);
  }
  const gone = reviseContainers(patch, field, change, planned);
  const isNew = ({ container }: PlannedContainer): boolean => !ours.containers.has(container.name);
  const first = planned.filter(
    (one) => isNew(one) && (one.slot === 'first' || one.slot === 'init_before'),
  );
  const last = planned.filter((one) => isNew(one) && !first.includes(one));
  const left = current.filter((container) => !gone.has(container.name));
  insertContainers(patch, field, subject.spec[field], { first, last, left });
}

/** @returns the names of those that were removed. */
function reviseContainers(
  patch: PatchBuilder,
  field: Field,
  { subject, ours }: Change,
  planned: readonly PlannedContainer[],
): ReadonlySet<string> {
  const wanted = new Map(planned.map(({ container }) => [container.name, container]));
  const current = list(subject.spec[field]).map((container, index) => ({ container, index }));
  const kept = current.filter(({ container }) => ours.containers.has(container.name));
  for (const { container, index } of kept) {
    const target = wanted.get(container.name);
    if (target !== undefined) reviseContainer(patch, `/spec/${field}/${index}`, container, target);
  }
  const gone = kept.filter(({ container }) => !wanted.has(container.name));
  for (const { index } of [...gone].reverse()) patch.remove(`/spec/${field}/${index}`);
  return new Set(gone.map(({ container }) => container.name));
}

/** Sizes that an autoscaler set are left as they are; so is a registry that a mirror put before the image. */
const LEFT_TO_OTHERS = new Set(['name', 'resources']);

/** Changes only the fields that contradict the plan, and in them keeps what others added. */
function reviseContainer(
  patch: PatchBuilder,
  path: string,
  actual: Container,
  planned: Container,
): void {
  for (const [field, target] of Object.entries(planned)) {
    const current = actual[field];
    if (LEFT_TO_OTHERS.has(field) || isAsWanted(field, current, target)) continue;
    patch.set(`${path}/${field}`, withAdditions(current, target), current !== undefined);
  }
}

/** What is absent was dropped by somebody, and that stays; but without a user of its own it would run as the pod's. */
function isAsWanted(field: string, current: unknown, target: unknown): boolean {
  if (field === 'image') return sameImage(current as string, target as string);
  return field === 'securityContext' ? covers(current, target) : !contradicts(current, target);
}

/** The planned items of a list first, then those of others. */
function withAdditions(current: unknown, target: unknown): unknown {
  if (!Array.isArray(current) || !Array.isArray(target)) return target;
  const items = target as readonly unknown[];
  if (!items.every(isKeyed)) return target;
  const others = current as readonly unknown[];
  return [...items, ...others.filter((one) => !items.some((item) => sameItem(one, item)))];
}

interface Insertion {
  readonly first: readonly PlannedContainer[];
  readonly last: readonly PlannedContainer[];
  /** The containers that are there when the insertion begins. */
  readonly left: readonly Container[];
}

function insertContainers(
  patch: PatchBuilder,
  field: Field,
  current: unknown,
  { first, last, left }: Insertion,
): void {
  const at = field === 'initContainers' ? left.findLastIndex(isMesh) + 1 : 0;
  patch.insert(`/spec/${field}`, current, first.map(containerOf), at);
  patch.insert(`/spec/${field}`, current, last.map(containerOf));
}

const containerOf = ({ container }: PlannedContainer): Container => container;
const isMesh = ({ name }: Container): boolean => MESH_INIT_CONTAINERS.includes(name);

function patchVolumes(patch: PatchBuilder, { subject, plan, ours }: Change): void {
  const wanted = new Map(plan.volumes.map((volume) => [volume.name, volume]));
  const current = list(subject.spec.volumes).map((volume, index) => ({ volume, index }));
  const kept = current.filter(({ volume }) => ours.volumes.has(volume.name));
  for (const { volume, index } of kept) {
    const target = wanted.get(volume.name);
    if (target !== undefined && !covers(volume, target))
      patch.set(`/spec/volumes/${index}`, target, true);
  }
  const unused = kept.filter(
    ({ volume }) => !wanted.has(volume.name) && !isMounted(volume, subject, ours),
  );
  for (const { index } of [...unused].reverse()) patch.remove(`/spec/volumes/${index}`);
  const added = plan.volumes.filter(({ name }) => !ours.volumes.has(name));
  patch.insert('/spec/volumes', subject.spec.volumes, added);
}

/** A volume that somebody else's container mounts stays, or the API server would refuse the pod. */
const isMounted = ({ name }: Volume, { spec }: Subject, ours: Ours): boolean =>
  allContainers(spec).some(
    (container) =>
      !ours.containers.has(container.name) &&
      list(container.volumeMounts).some((mount) => mount.name === name),
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
    if (!(key in plan.annotations) && annotations[key] === value) {
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
    if (!(entry[0] in annotations)) setEntry(patch, '/metadata/annotations', annotations, entry);
  }
  setEntry(patch, '/metadata/annotations', annotations, [RECORD_ANNOTATION, record]);
}

function setEntry(
  patch: PatchBuilder,
  path: string,
  entries: Readonly<Record<string, string>>,
  [key, value]: readonly [string, string],
): void {
  if (entries[key] === value) return;
  patch.set(`${path}/${escapeKey(key)}`, value, key in entries);
}
