import type { Blueprint } from '../decide/blueprint.js';
import { blueprintOf, namesOf } from '../decide/blueprint.js';
import { defined } from '../model/defined.js';
import { metaOf } from '../model/pod.js';
import { canonical, fingerprint } from '../model/text.js';
import { list } from '../model/types.js';
import type { ControllerRevision, DaemonSet, PodTemplate } from '../model/types.js';
import { byName } from '../world/store.js';
import type { World } from '../world/world.js';
import { Recall } from './recall.js';
import { hashOf, standingOf } from './standing.js';
import type { Standing } from './standing.js';

/** Earlier revisions that are kept as they were read: as many as are rolled out at a time, and some more. */
const PAST_KEPT = 200;

/** The DaemonSets of a World, each read once. */
export class DaemonSetIndex {
  readonly #world: World;
  readonly #prefixes: readonly string[];
  readonly #blueprints = new Map<string, Blueprint>();
  readonly #ids = new WeakMap<Blueprint, number>();
  readonly #revisions = new Map<string, string>();
  readonly #standings = new Map<string, Standing>();
  readonly #hashes = new WeakMap<Blueprint, string>();
  readonly #ephemeral = new WeakMap<Blueprint, Blueprint>();
  readonly #past = new Recall<Blueprint | 'unknown'>(PAST_KEPT);
  #lastId = 0;
  #marked: readonly Blueprint[] | undefined;
  #names: ReadonlySet<string> | undefined;

  constructor(world: World, prefixes: readonly string[]) {
    this.#world = world;
    this.#prefixes = prefixes;
  }

  /** The marked ones in the order of the World. */
  get marked(): readonly Blueprint[] {
    this.#marked ??= [...this.#blueprints.values()].filter(({ marked }) => marked).sort(byName);
    return this.#marked;
  }

  /** @param key "namespace/name". */
  find(key: string): Blueprint | undefined {
    return this.#blueprints.get(key);
  }

  /** Whether a marked DaemonSet answers to a name, or to "namespace/name". */
  answersTo(name: string): boolean {
    this.#names ??= new Set(this.marked.flatMap((one) => [one.name, one.key]));
    return this.#names.has(name);
  }

  /** A number that stands for a reading of a DaemonSet: another one gets another. */
  idOf(blueprint: Blueprint): number {
    const known = this.#ids.get(blueprint);
    if (known !== undefined) return known;
    this.#lastId += 1;
    this.#ids.set(blueprint, this.#lastId);
    return this.#lastId;
  }

  put(daemonSet: DaemonSet): void {
    const blueprint = blueprintOf(daemonSet, this.#prefixes);
    this.#blueprints.set(blueprint.key, blueprint);
    this.#changed(blueprint.key);
  }

  drop(daemonSet: DaemonSet): void {
    const { key } = namesOf(daemonSet);
    this.#blueprints.delete(key);
    this.#changed(key);
  }

  /** Reads the DaemonSets of a namespace anew, whose default node selector may be another. */
  reread(namespace: string): void {
    for (const blueprint of [...this.#blueprints.values()]) {
      if (blueprint.namespace === namespace) this.put(blueprint.daemonSet);
    }
  }

  /** Reads the owners of a ControllerRevision anew: the hash of their present template may be another by now. */
  revised(revision: ControllerRevision): void {
    const { namespace, ownerReferences } = metaOf(revision);
    for (const { name } of list(ownerReferences)) {
      const owner = this.#blueprints.get(namesOf({ metadata: defined({ namespace, name }) }).key);
      if (owner !== undefined) this.put(owner.daemonSet);
    }
  }

  /**
   * The revision of a DaemonSet's template as it was read: the hash that its ControllerRevision has, or, where the World
   * has none for the present one (offline), a fingerprint of the template.
   */
  revisionOf(blueprint: Blueprint): string {
    const { key, daemonSet } = blueprint;
    const known =
      this.#hashes.get(blueprint) ?? this.#revisions.get(key) ?? this.#findRevision(daemonSet);
    if (!this.#hashes.has(blueprint)) this.#revisions.set(key, known);
    return known;
  }

  /** How the revisions of a DaemonSet did so far. */
  standingOf({ key, daemonSet }: Blueprint): Standing {
    const known = this.#standings.get(key) ?? standingOf(this.#world.revisions(daemonSet));
    this.#standings.set(key, known);
    return known;
  }

  /** The reading of a DaemonSet's template that a revision hash stands for; undefined where the World has none. */
  blueprintAt(present: Blueprint, hash: string): Blueprint | undefined {
    if (this.revisionOf(present) === hash) return present;
    const past = this.#past.answer(`${this.idOf(present)}@${hash}`, () =>
      this.#readPast(present, hash),
    );
    return past === 'unknown' ? undefined : past;
  }

  /**
   * A reading of a DaemonSet as one that goes into pods as ephemeral containers, of the same revision.
   *
   * @returns for one reading always the same object, so that plans for it are found again.
   */
  asEphemeral(blueprint: Blueprint): Blueprint {
    if (blueprint.ephemeral) return blueprint;
    const known = this.#ephemeral.get(blueprint);
    if (known !== undefined) return known;
    const ephemeral = { ...blueprint, ephemeral: true };
    const hash = this.#hashes.get(blueprint);
    if (hash !== undefined) this.#hashes.set(ephemeral, hash);
    this.#ephemeral.set(blueprint, ephemeral);
    return ephemeral;
  }

  #changed(key: string): void {
    this.#marked = undefined;
    this.#names = undefined;
    this.#revisions.delete(key);
    this.#standings.delete(key);
  }

  #findRevision(daemonSet: DaemonSet): string {
    const template = canonical(daemonSet.spec?.template ?? {});
    const revision = this.#world
      .revisions(daemonSet)
      .find((candidate) => canonical(templateOf(candidate)) === template);
    return revision === undefined ? `t${fingerprint(template)}` : hashOf(revision);
  }

  #readPast({ daemonSet }: Blueprint, hash: string): Blueprint | 'unknown' {
    const template = this.#templateAt(daemonSet, hash);
    if (template === undefined) return 'unknown';
    const past = blueprintOf(daemonSet, this.#prefixes, template);
    this.#hashes.set(past, hash);
    return past;
  }

  #templateAt(daemonSet: DaemonSet, hash: string): PodTemplate | undefined {
    const revision = this.#world
      .revisions(daemonSet)
      .find((candidate) => hashOf(candidate) === hash);
    return revision === undefined ? undefined : templateOf(revision);
  }
}

/** A ControllerRevision holds a patch: `spec.template` with the directive that it replaces the present one. */
function templateOf({ data }: ControllerRevision): PodTemplate | undefined {
  const { spec } = (data ?? {}) as { spec?: { template?: PodTemplate | null } | null };
  const template = spec?.template;
  if (typeof template !== 'object' || template === null) return undefined;
  return Object.fromEntries(Object.entries(template).filter(([key]) => key !== '$patch'));
}
