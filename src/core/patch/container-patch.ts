import { list } from '../model/types.js';
import type { Container } from '../model/types.js';
import type { EnvRewrite } from '../plan/business.js';
import type { PlannedContainer } from '../plan/carry.js';
import { MESH_INIT_CONTAINERS } from '../profiles/mesh.js';
import type { PatchBuilder } from './builder.js';
import { escapeKey } from './builder.js';
import type { Field, Passage } from './kept.js';
import { plannedIn, revisedFields } from './kept.js';

/** What a patch does to the containers of a pod. */
export interface Revision extends Passage {
  readonly envRewrites: readonly EnvRewrite[];
}

/** Changes and removals come first, at the places where things are; then what is new. */
export function patchContainers(patch: PatchBuilder, field: Field, change: Revision): void {
  const { subject, plan, ours, envRewrites } = change;
  const current = list(subject.spec[field]);
  const planned = plannedIn(plan, field);
  for (const rewrite of envRewrites.filter((one) => one.list === field)) {
    const path = `/spec/${field}/${rewrite.container}/env/${rewrite.variable}/valueFrom/fieldRef/fieldPath`;
    patch.set(path, rewrite.fieldPath, true);
  }
  const gone = reviseContainers(patch, field, change, planned);
  const left = current.filter((container) => !gone.has(container.name));
  // One of ours in the other list is not here yet: by now it is asked for in another place.
  const here = new Set(left.map(({ name }) => name).filter((name) => ours.containers.has(name)));
  const added = planned.filter(({ container }) => !here.has(container.name));
  const first = added.filter(({ slot }) => slot === 'first' || slot === 'init_before');
  const last = added.filter((one) => !first.includes(one));
  insertContainers(patch, field, subject.spec[field], { first, last, left });
}

/** @returns the names of those that were removed. */
function reviseContainers(
  patch: PatchBuilder,
  field: Field,
  { subject, ours }: Passage,
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

function reviseContainer(
  patch: PatchBuilder,
  path: string,
  actual: Container,
  planned: Container,
): void {
  for (const [field, value] of Object.entries(revisedFields(actual, planned))) {
    patch.set(`${path}/${escapeKey(field)}`, value, Object.hasOwn(actual, field));
  }
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
