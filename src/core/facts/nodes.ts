import type { Blueprint } from '../decide/blueprint.js';
import { findMisfit, nodeShape } from '../model/shape.js';
import { canonical } from '../model/text.js';
import { list, map } from '../model/types.js';
import type { Node, PodSpec, StringMap } from '../model/types.js';
import { metaOf, nodeTermsOf } from '../model/pod.js';
import type { Profile } from '../profiles/profile.js';
import { profileOf } from '../profiles/recognise.js';
import type { Fit } from '../scheduling/fit.js';

/** Nodes that a pod cannot tell apart, unless it asks for one by its name or by a distinguishing label. */
export class NodeClass {
  readonly signature: string;
  /** Undefined for real nodes. */
  readonly profile: Profile | undefined;
  readonly nodes = new Map<string, Node>();
  /** Whether the pods of DaemonSets would be placed there, as far as somebody asked. */
  readonly fits = new WeakMap<Blueprint, Fit>();

  constructor(signature: string, profile: Profile | undefined) {
    this.signature = signature;
    this.profile = profile;
  }

  /** Any of its nodes; a class that is in an index has one. */
  get sample(): Node {
    return this.nodes.values().next().value ?? {};
  }
}

/** A node together with its class. */
export interface Place {
  readonly node: Node;
  readonly nodeClass: NodeClass;
}

/** A label that has more values than this says which node it is, and not what kind of node. */
const MOST_VALUES = 100;

/**
 * The nodes of a World in classes of equal labels, taints, versions and profiles: however many there are, a cluster
 * has few kinds of them. Labels by which single nodes are told apart, as the host name, do not count; a label shows
 * itself as such by the number of its values.
 */
export class NodeIndex {
  readonly #profiles: readonly Profile[];
  readonly #classOf = new Map<string, NodeClass>();
  readonly #classes = new Map<string, NodeClass>();
  readonly #distinguishing = new Set(['kubernetes.io/hostname']);
  /** How many nodes have each value of a label that does not distinguish them. */
  readonly #values = new Map<string, Map<string, number>>();

  constructor(profiles: readonly Profile[]) {
    this.#profiles = profiles;
  }

  get classes(): Iterable<NodeClass> {
    return this.#classes.values();
  }

  named(name: string): Place | undefined {
    const nodeClass = this.#classOf.get(name);
    const node = nodeClass?.nodes.get(name);
    return nodeClass && node && { node, nodeClass };
  }

  /** Takes a node over, in place of the one of its name. One that is malformed counts as absent. */
  put(node: Node): void {
    this.drop(metaOf(node).name ?? '');
    if (findMisfit(node, nodeShape) !== undefined) return;
    if (this.#countLabels(node)) this.#classify();
    this.#join(node);
  }

  drop(name: string): void {
    const members = this.#classOf.get(name);
    const node = members?.nodes.get(name);
    if (members === undefined || node === undefined) return;
    this.#classOf.delete(name);
    members.nodes.delete(name);
    if (members.nodes.size === 0) this.#classes.delete(members.signature);
    for (const [key, value] of Object.entries(map(metaOf(node).labels))) this.#uncount(key, value);
  }

  /** Whether nodes of one class may differ for a pod that asks like this. */
  areToldApartBy(spec: PodSpec, selector: Readonly<StringMap>): boolean {
    const terms = nodeTermsOf(spec);
    return (
      terms.some(({ matchFields }) => list(matchFields).length > 0) ||
      (spec.nodeName ?? '') !== '' ||
      [
        ...Object.keys(map(spec.nodeSelector)),
        ...Object.keys(selector),
        ...terms.flatMap(({ matchExpressions }) => list(matchExpressions).map(({ key }) => key)),
      ].some((key) => this.#distinguishing.has(key))
    );
  }

  /** @returns whether a label turned out to distinguish nodes, so that the classes have to be found anew. */
  #countLabels(node: Node): boolean {
    let found = false;
    for (const [key, value] of Object.entries(map(metaOf(node).labels))) {
      if (this.#distinguishing.has(key)) continue;
      const values = this.#values.get(key) ?? new Map<string, number>();
      this.#values.set(key, values.set(value, (values.get(value) ?? 0) + 1));
      if (values.size <= MOST_VALUES) continue;
      this.#distinguishing.add(key);
      this.#values.delete(key);
      found = true;
    }
    return found;
  }

  #uncount(key: string, value: string): void {
    const values = this.#values.get(key);
    const left = (values?.get(value) ?? 1) - 1;
    if (left > 0) values?.set(value, left);
    else values?.delete(value);
  }

  #classify(): void {
    const nodes = [...this.#classes.values()].flatMap((members) => [...members.nodes.values()]);
    this.#classes.clear();
    for (const node of nodes) this.#join(node);
  }

  #join(node: Node): void {
    const name = metaOf(node).name ?? '';
    const profile = profileOf(node, this.#profiles);
    const signature = this.#signatureOf(node, profile);
    const nodeClass = this.#classes.get(signature) ?? new NodeClass(signature, profile);
    this.#classes.set(signature, nodeClass);
    nodeClass.nodes.set(name, node);
    this.#classOf.set(name, nodeClass);
  }

  /** All that the filters of the scheduler and the versions of features depend on. */
  #signatureOf(node: Node, profile: Profile | undefined): string {
    const labels = Object.entries(map(metaOf(node).labels)).filter(
      ([key]) => !this.#distinguishing.has(key),
    );
    return canonical([
      Object.fromEntries(labels),
      node.spec?.taints,
      node.spec?.unschedulable,
      node.status?.nodeInfo?.kubeletVersion,
      profile?.name,
    ]);
  }
}
