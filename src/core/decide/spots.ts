import type { NodeClass } from '../facts/nodes.js';
import { metaOf } from '../model/pod.js';
import type { Node, PodSpec, StringMap } from '../model/types.js';
import type { Fit } from '../scheduling/fit.js';
import { fitOf } from '../scheduling/fit.js';
import { defaultNodeSelector } from '../scheduling/namespace-selector.js';
import type { Subject } from './subject.js';

/** Where a pod can run within one class of nodes. */
export interface Spot {
  readonly nodeClass: NodeClass;
  /** Undefined where it is each node of the class. */
  readonly nodes: readonly Node[] | undefined;
}

export const nodesAt = ({ nodes, nodeClass }: Spot): readonly Node[] =>
  nodes ?? [...nodeClass.nodes.values()];

/** The names of the nodes of a spot. */
export const namesAt = ({ nodes, nodeClass }: Spot): Iterable<string> =>
  nodes?.map((node) => metaOf(node).name ?? '') ?? nodeClass.nodes.keys();

type Asked = Pick<Subject, 'spec' | 'namespace' | 'world' | 'facts'>;

/**
 * Where the scheduler's filters let a pod run. A class of nodes is asked once, whatever its size, unless the pod asks
 * for something in which the nodes of a class differ.
 */
export function spotsFor({ spec, namespace, world, facts }: Asked): readonly Spot[] {
  const name = spec.nodeName ?? '';
  // A bound pod is not filtered any more: the kubelet of its node takes it or refuses it.
  if (name !== '') return spotNamed(name, facts);
  const selector = defaultNodeSelector(world.namespace(namespace));
  const fits = (node: Node): boolean => fitOf(spec, node, selector) === 'fits';
  const classes = [...facts.nodes.classes];
  return facts.nodes.areToldApartBy(spec, selector)
    ? classes.map((one) => someOf(one, fits)).filter(({ nodes }) => nodes.length > 0)
    : classes
        .filter(({ sample }) => fits(sample))
        .map((one) => ({ nodeClass: one, nodes: undefined }));
}

function spotNamed(name: string, facts: Subject['facts']): readonly Spot[] {
  const place = facts.nodes.named(name);
  return place === undefined ? [] : [{ nodeClass: place.nodeClass, nodes: [place.node] }];
}

const someOf = (nodeClass: NodeClass, fits: (node: Node) => boolean) => ({
  nodeClass,
  nodes: [...nodeClass.nodes.values()].filter(fits),
});

/** What the filters say of another pod on the nodes of a spot: that it fits on one, or what is in the way. */
export function fitAt(spot: Spot, spec: PodSpec, selector: Readonly<StringMap>): Fit {
  const fits = nodesAt(spot).map((node) => fitOf(spec, node, selector));
  return mergedFit(fits);
}

/** One node is enough; else a taint says more than a selector. */
export const mergedFit = (fits: readonly Fit[]): Fit =>
  fits.find((fit) => fit === 'fits') ??
  fits.find((fit) => typeof fit === 'object') ??
  'not_selected';
