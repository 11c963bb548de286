import { list } from '../model/types.js';
import type { NodeSelectorTerm, PodSpec } from '../model/types.js';
import type { PatchBuilder } from './builder.js';

const AFFINITY = '/spec/affinity';
const NODE_AFFINITY = `${AFFINITY}/nodeAffinity`;
const REQUIRED = `${NODE_AFFINITY}/requiredDuringSchedulingIgnoredDuringExecution`;

/**
 * Adds to a pod's node affinity that a node must also match one of the terms given. The terms of a selector are
 * alternatives, so each of the user's is joined with each of ours: the first by adding to it, the others as copies.
 */
export function pinPod(patch: PatchBuilder, spec: PodSpec, pin: readonly NodeSelectorTerm[]): void {
  const [first, ...others] = pin;
  if (first === undefined) return;
  const { nodeAffinity } = spec.affinity ?? {};
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  patch.ensureObject(AFFINITY, spec.affinity);
  patch.ensureObject(NODE_AFFINITY, nodeAffinity);
  if (required === undefined || required === null) {
    patch.set(REQUIRED, { nodeSelectorTerms: pin }, false);
    return;
  }
  const terms = list(required.nodeSelectorTerms);
  terms.forEach((term, i) => {
    if (!isEmpty(term)) extend(patch, term, first, i);
  });
  const copies = terms
    .filter((term) => !isEmpty(term))
    .flatMap((term) => others.map((other) => joined(term, other)));
  patch.insert(`${REQUIRED}/nodeSelectorTerms`, required.nodeSelectorTerms, copies);
}

/** An empty term matches no node and must go on doing so. */
const isEmpty = ({ matchExpressions, matchFields }: NodeSelectorTerm): boolean =>
  list(matchExpressions).length + list(matchFields).length === 0;

function extend(
  patch: PatchBuilder,
  term: NodeSelectorTerm,
  by: NodeSelectorTerm,
  index: number,
): void {
  const path = `${REQUIRED}/nodeSelectorTerms/${index}`;
  patch.insert(`${path}/matchExpressions`, term.matchExpressions, list(by.matchExpressions));
  patch.insert(`${path}/matchFields`, term.matchFields, list(by.matchFields));
}

function joined(a: NodeSelectorTerm, b: NodeSelectorTerm): NodeSelectorTerm {
  const matchExpressions = [...list(a.matchExpressions), ...list(b.matchExpressions)];
  const matchFields = [...list(a.matchFields), ...list(b.matchFields)];
  return {
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
    ...(matchFields.length > 0 ? { matchFields } : {}),
  };
}
