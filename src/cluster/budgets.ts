import { defined } from '../core/model/defined.js';
import { metaOf } from '../core/model/pod.js';
import type { KubernetesObject, StringMap } from '../core/model/types.js';
import { selects, type LabelSelector } from '../core/scheduling/node-selector.js';
import { Cache } from './cache.js';
import { fieldsOf } from './raw.js';

/** A PodDisruptionBudget. */
export interface Budget {
  readonly namespace: string;
  readonly selector: LabelSelector | undefined;
  /** How many of its pods may be away besides those that are. */
  readonly allowed: number;
}

export type Budgets = Cache<Budget>;

/** PodDisruptionBudgets by their namespaces. */
export const budgets = (): Budgets =>
  new Cache({ keep: prunedBudget, read: budgetOf, under: ({ namespace }) => [namespace] });

/** The budgets that hold for a pod. */
export const budgetsFor = (
  all: Budgets,
  { namespace, labels }: { readonly namespace: string; readonly labels: Readonly<StringMap> },
): readonly Budget[] => all.under(namespace).filter(({ selector }) => selects(selector, labels));

function prunedBudget(budget: KubernetesObject): KubernetesObject {
  const { name, namespace } = metaOf(budget);
  const { spec, status } = budget;
  return {
    kind: 'PodDisruptionBudget',
    metadata: defined({ name, namespace }),
    spec: { selector: fieldsOf(spec)['selector'] },
    status: { disruptionsAllowed: fieldsOf(status)['disruptionsAllowed'] },
  };
}

function budgetOf(budget: KubernetesObject): Budget {
  const { spec, status } = budget;
  const allowed = fieldsOf(status)['disruptionsAllowed'];
  return {
    namespace: metaOf(budget).namespace ?? '',
    selector: fieldsOf(spec)['selector'] as LabelSelector | undefined,
    allowed: typeof allowed === 'number' ? allowed : 0,
  };
}
