import type { Blueprint } from './decide/blueprint.js';
import { blueprintOf } from './decide/blueprint.js';
import { canonical, fingerprint } from './model/text.js';
import { findMisfit, nodeShape } from './model/shape.js';
import { map } from './model/types.js';
import type { ControllerRevision, DaemonSet, Node, PodTemplate } from './model/types.js';
import { metaOf } from './model/pod.js';
import type { Profile } from './profiles/profile.js';
import { profileOf } from './profiles/recognise.js';
import type { Settings } from './settings.js';
import type { World } from './world.js';

/** What follows from the World alone and need not be found out again for each pod. */
export interface Facts {
  readonly nodes: readonly NodeFacts[];
  readonly blueprints: readonly Blueprint[];
  /** The revision of each marked DaemonSet's present template. */
  readonly revisions: ReadonlyMap<DaemonSet, string>;
}

export interface NodeFacts {
  readonly node: Node;
  /** Undefined for a real node. */
  readonly profile: Profile | undefined;
}

const known = new WeakMap<World, { settings: Settings; facts: Facts }>();

/** The facts of a World, worked out once for each World: a World does not change, it is replaced. */
export function factsOf(world: World, settings: Settings): Facts {
  const remembered = known.get(world);
  if (remembered?.settings === settings) return remembered.facts;
  const blueprints = world
    .daemonSets()
    .map((daemonSet) => blueprintOf(daemonSet, settings.annotationPrefixes));
  const facts: Facts = {
    blueprints,
    revisions: new Map(
      blueprints
        .filter(({ marked }) => marked)
        .map(({ daemonSet }) => [daemonSet, revisionOf(daemonSet, world)]),
    ),
    nodes: world
      .nodes()
      .filter((node) => findMisfit(node, nodeShape) === undefined)
      .map((node) => ({ node, profile: profileOf(node, settings.profiles) })),
  };
  known.set(world, { settings, facts });
  return facts;
}

/**
 * The revision of a DaemonSet's present template: the hash that its ControllerRevision has, or, where the World has
 * none for it (offline), a fingerprint of the template.
 */
function revisionOf(daemonSet: DaemonSet, world: World): string {
  const template = canonical(daemonSet.spec?.template ?? {});
  const revision = world
    .revisions(daemonSet)
    .find((candidate) => canonical(templateOf(candidate)) === template);
  return revision === undefined ? `t${fingerprint(template)}` : hashOf(revision);
}

/** The template that a revision hash of a DaemonSet stands for; undefined where the World has none. */
export function templateOfRevision(
  daemonSet: DaemonSet,
  hash: string,
  { world, facts }: { readonly world: World; readonly facts: Facts },
): PodTemplate | undefined {
  const present = facts.revisions.get(daemonSet) ?? revisionOf(daemonSet, world);
  if (present === hash) return daemonSet.spec?.template ?? {};
  const revision = world.revisions(daemonSet).find((candidate) => hashOf(candidate) === hash);
  return revision === undefined ? undefined : templateOf(revision);
}

const hashOf = (revision: ControllerRevision): string =>
  map(metaOf(revision).labels)['controller-revision-hash'] ?? metaOf(revision).name ?? '';

/** A ControllerRevision holds a patch: `spec.template` with the directive that it replaces the present one. */
function templateOf({ data }: ControllerRevision): PodTemplate | undefined {
  const { spec } = (data ?? {}) as { spec?: { template?: PodTemplate | null } | null };
  const template = spec?.template;
  if (typeof template !== 'object' || template === null) return undefined;
  return Object.fromEntries(Object.entries(template).filter(([key]) => key !== '$patch'));
}
