import type {
  Node,
  NodeRequirement,
  NodeSelector,
  NodeSelectorTerm,
  StringMap,
} from '../model/types.js';
import { list, map, valueAt } from '../model/types.js';
import { metaOf } from '../model/pod.js';

/**
 * Node labels and fields against what a pod asks of them, as the scheduler's NodeAffinity filter judges it.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
 */
export const matchesLabels = (labels: Readonly<StringMap>, wanted: Readonly<StringMap>): boolean =>
  Object.entries(wanted).every(([key, value]) => valueAt(labels, key) === value);

/** A selector of objects by their labels. An empty one accepts all. */
export interface LabelSelector {
  readonly matchLabels?: StringMap | null;
  readonly matchExpressions?: readonly NodeRequirement[] | null;
}

/** Whether a selector such as a PodDisruptionBudget's accepts labels; none accepts none. */
export const selects = (
  selector: LabelSelector | null | undefined,
  labels: Readonly<StringMap>,
): boolean =>
  selector !== null &&
  selector !== undefined &&
  matchesLabels(labels, map(selector.matchLabels)) &&
  list(selector.matchExpressions).every((one) => matches(valueAt(labels, one.key), one));

/** No selector accepts every node; a selector without terms accepts none. */
export function matchesNodeSelector(
  node: Node,
  selector: NodeSelector | null | undefined,
): boolean {
  if (selector === null || selector === undefined) return true;
  return list(selector.nodeSelectorTerms).some((term) => matchesTerm(node, term));
}

/** All requirements of a term must hold; a term without any holds for no node. */
function matchesTerm(node: Node, term: NodeSelectorTerm): boolean {
  const expressions = list(term.matchExpressions);
  const fields = list(term.matchFields);
  if (expressions.length + fields.length === 0) return false;
  const { labels, name = '' } = metaOf(node);
  return (
    expressions.every((requirement) => matches(valueAt(labels, requirement.key), requirement)) &&
    fields.every((requirement) => requirement.key === 'metadata.name' && matches(name, requirement))
  );
}

function matches(actual: string | undefined, { operator, values }: NodeRequirement): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && list(values).includes(actual);
    case 'NotIn':
      return actual === undefined || !list(values).includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
      return compares(actual, values, (a, b) => a > b);
    case 'Lt':
      return compares(actual, values, (a, b) => a < b);
    default:
      return false;
  }
}

function compares(
  actual: string | undefined,
  values: readonly string[] | null | undefined,
  holds: (a: bigint, b: bigint) => boolean,
): boolean {
  const [wanted, ...more] = list(values);
  if (!isInteger(actual) || !isInteger(wanted) || more.length > 0) return false;
  return holds(BigInt(actual), BigInt(wanted));
}

const isInteger = (text: string | undefined): text is string => /^-?\d{1,19}$/.test(text ?? '');
