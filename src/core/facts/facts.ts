import type { Landing } from '../decide/landing.js';
import type { PodReason } from '../decide/reasons.js';
import { metaOf } from '../model/pod.js';
import type { Plan } from '../plan/plan.js';
import type { Settings } from '../settings.js';
import type { Change } from '../world/journal.js';
import type { World } from '../world/world.js';
import { DaemonSetIndex } from './daemon-sets.js';
import { NodeIndex } from './nodes.js';
import { Recall } from './recall.js';
import { WantedIndex } from './wanted.js';

/** Kinds of workloads that make pods at about the same time; a cluster of thousands has fewer that ask differently. */
const KEPT = 1000;

/**
 * What follows from the World and need not be found out again for each pod. It follows the World's changes one by one,
 * so that keeping up costs what has changed, and asking costs what the pod touches.
 */
export class Facts {
  readonly settings: Settings;
  readonly nodes: NodeIndex;
  readonly daemonSets: DaemonSetIndex;
  readonly wanted = new WantedIndex();
  /** Where pods land, by what they ask of nodes. */
  readonly landings = new Recall<Landing | PodReason>(KEPT);
  /** The same of pods that are bound, by their nodes. */
  readonly bound = new Recall<Landing | PodReason>(KEPT);
  /** What is added to pods, by all that a plan depends on; see plan/outline.ts. */
  readonly plans = new Recall<Plan>(KEPT);
  readonly #world: World;
  readonly #stamps = new Map<string, number>();
  #position: number;

  constructor(world: World, settings: Settings) {
    this.settings = settings;
    this.#world = world;
    this.#position = world.journal?.position ?? 0;
    this.nodes = new NodeIndex(settings.profiles);
    this.daemonSets = new DaemonSetIndex(world, settings.annotationPrefixes);
    for (const node of world.nodes()) this.nodes.put(node);
    for (const daemonSet of world.daemonSets()) this.#takeDaemonSet({ after: daemonSet });
  }

  /** Another number whenever something in a namespace has changed that a plan may depend on. */
  stampOf(namespace: string): number {
    return this.#stamps.get(namespace) ?? 0;
  }

  /** @returns false where the World is too far ahead. */
  catchUp(): boolean {
    const { journal } = this.#world;
    if (journal === undefined || journal.position === this.#position) return true;
    const changes = journal.since(this.#position);
    if (changes === undefined) return false;
    for (const change of changes) this.#take(change);
    this.#position = journal.position;
    return true;
  }

  #take(change: Change): void {
    const object = change.after ?? change.before ?? {};
    const { name = '', namespace = '' } = metaOf(object);
    if (object.kind === 'Node') this.#takeNode(change, name);
    else if (object.kind === 'DaemonSet') this.#takeDaemonSet(change);
    else if (object.kind === 'Namespace') this.#takeNamespace(name);
    else if (object.kind === 'Pod') this.wanted.take(change);
    else if (object.kind === 'ControllerRevision') this.#takeRevision(change);
    else this.#stamp(namespace);
  }

  #takeNode({ after }: Change, name: string): void {
    if (after === undefined) this.nodes.drop(name);
    else this.nodes.put(after);
    this.#clearLandings();
  }

  #takeDaemonSet({ before, after }: Partial<Change>): void {
    if (after !== undefined) this.daemonSets.put(after);
    if (before === undefined && after !== undefined) {
      for (const placeholder of this.#world.placeholders(after)) this.wanted.put(placeholder);
    }
    if (after === undefined && before !== undefined) this.daemonSets.drop(before);
    this.#clearLandings();
  }

  /** A namespace has a default node selector, for the pods of its DaemonSets as well. */
  #takeNamespace(name: string): void {
    this.daemonSets.reread(name);
    this.#clearLandings();
    this.#stamp(name);
  }

  #takeRevision({ before, after }: Change): void {
    for (const one of [before, after]) if (one !== undefined) this.daemonSets.revised(one);
    this.#clearLandings();
  }

  #clearLandings(): void {
    this.landings.clear();
    this.bound.clear();
  }

  #stamp(namespace: string): void {
    this.#stamps.set(namespace, this.stampOf(namespace) + 1);
  }
}

const known = new WeakMap<World, Facts>();

/** The facts of a World as it is at this moment. */
export function factsOf(world: World, settings: Settings): Facts {
  const remembered = known.get(world);
  if (remembered?.settings === settings && remembered.catchUp()) return remembered;
  const facts = new Facts(world, settings);
  known.set(world, facts);
  return facts;
}
