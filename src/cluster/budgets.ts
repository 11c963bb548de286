import { defined } from '../core/model/defined.js';
import { conditionIn, type Condition } from '../core/status/observed.js';
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
  /**
   * Since when it has allowed nothing and would not if all its pods were healthy, in milliseconds since 1970; undefined
   * where it may allow something some day. One with as many replicas as `minAvailable` is of that kind.
   */
  readonly blocksSince: number | undefined;
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
  const { name, namespace, creationTimestamp } = metaOf(budget);
  const { spec, status } = budget;
  const { disruptionsAllowed, desiredHealthy, expectedPods } = fieldsOf(status);
  const { lastTransitionTime } = allowedIn(status) ?? {};
  const since = defined({ type: ALLOWED, lastTransitionTime });
  return {
    kind: 'PodDisruptionBudget',
    metadata: defined({ name, namespace, creationTimestamp }),
    spec: { selector: fieldsOf(spec)['selector'] },
    status: { disruptionsAllowed, desiredHealthy, expectedPods, conditions: [since] },
  };
}

function budgetOf(budget: KubernetesObject): Budget {
  const { spec, status } = budget;
  const { namespace = '', creationTimestamp } = metaOf(budget);
  const { disruptionsAllowed, desiredHealthy, expectedPods } = fieldsOf(status);
  const allowed = countOf(disruptionsAllowed);
  const expected = countOf(expectedPods);
  const blocks = allowed === 0 && expected > 0 && countOf(desiredHealthy) >= expected;
  const since = Date.parse(allowedIn(status)?.lastTransitionTime ?? creationTimestamp ?? '');
  return {
    namespace,
    selector: fieldsOf(spec)['selector'] as LabelSelector | undefined,
    allowed,
    blocksSince: blocks ? since || 0 : undefined,
  };
}

const ALLOWED = 'DisruptionAllowed';

const allowedIn = (status: unknown): Condition | undefined =>
  conditionIn(fieldsOf(status)['conditions'] as readonly Condition[] | undefined, ALLOWED);

const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
