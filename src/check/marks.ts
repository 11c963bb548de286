import type { KubernetesObject } from '../core/model/types.js';
import { valueOr } from '../survey/answer.js';
import { given } from './given.js';
import { finding, findingFor, type Finding, type Item } from './finding.js';
import { listAt, nameOf, textAt, textsAt } from '../survey/raw.js';
import { holdersOf, rbacUnknown, type Holder, type Right } from './rbac.js';
import { NO_LISTING } from '../survey/reader.js';
import { isInstalled, type Seen } from './seen.js';

/** Who may mark DaemonSets, which is to put containers into the pods of others, and what the injector may write. */
export function findMarks(seen: Seen): readonly Finding[] {
  const { policies, rbac } = seen.objects;
  const known = valueOr(policies, NO_LISTING).items;
  const guards = known.filter(guardsMarks);
  const enforced = guards.filter((one) => isEnforced(one, seen));
  const isGuarded = enforced.length > 0;
  const isLimited = known.some((one) => limits(one, seen) && isEnforced(one, seen));
  const states = (): readonly Finding[] => [
    ofGuards(guards, isGuarded),
    ...findingFor('marking_policy_blind', isGuarded ? unseenMarks(enforced, seen) : []),
    finding(isLimited ? 'injector_limited' : 'injector_not_limited'),
  ];
  return [
    // Before an installation, that there are no policies is as it should be.
    ...(isInstalled(seen) ? given(policies, states, states) : []),
    ...rbacUnknown(rbac),
    ...ofHolders(holdersOf(rbac, isGuarded ? INJECT : WRITE)),
  ];
}

function ofGuards(guards: readonly KubernetesObject[], isGuarded: boolean): Finding {
  if (guards.length === 0) return finding('marking_not_guarded');
  return finding(
    isGuarded ? 'marking_guarded' : 'marking_policy_idle',
    guards.map(nameOf).join(', '),
  );
}

/** A policy that is about the injector's own ServiceAccount. */
const limits = (policy: KubernetesObject, { names }: Seen): boolean =>
  listAt(policy, 'spec', 'matchConditions').some((condition) =>
    textAt(condition, 'expression').includes(`system:serviceaccount:${names.namespace}:`),
  );

/** A policy on DaemonSets that asks the authorizer for the verb `inject`, whatever it is called. */
const guardsMarks = (policy: KubernetesObject): boolean =>
  listAt(policy, 'spec', 'matchConstraints', 'resourceRules').some((rule) =>
    textsAt(rule, 'resources').includes('daemonsets'),
  ) && ASKS.test(JSON.stringify(policy['spec'] ?? null));

const ASKS = /authorizer\b.{0,200}check\(\\?['"]inject\\?['"]\)/;

/** The keys by which the injector knows a marked DaemonSet and none of these policies does. */
function unseenMarks(policies: readonly KubernetesObject[], { settings }: Seen): readonly Item[] {
  const words = new Set(policies.flatMap(({ spec }) => JSON.stringify(spec).split(QUOTES)));
  return settings.annotationPrefixes
    .map((prefix) => `${prefix}ds-injection`)
    .filter((key) => !words.has(key))
    .map((name) => ({ name }));
}

/** Of CEL and of the JSON that it is written in. */
const QUOTES = /\\?["']/;

function isEnforced(policy: KubernetesObject, { objects }: Seen): boolean {
  return valueOr(objects.policyBindings, NO_LISTING).items.some(
    (binding) =>
      textAt(binding, 'spec', 'policyName') === nameOf(policy) &&
      textsAt(binding, 'spec', 'validationActions').includes('Deny'),
  );
}

const DAEMON_SETS = { group: 'apps', resource: 'daemonsets' };
const INJECT: readonly Right[] = [{ verb: 'inject', ...DAEMON_SETS }];
const WRITE: readonly Right[] = ['create', 'update', 'patch'].map((verb) => ({
  verb,
  ...DAEMON_SETS,
}));

/** Those whom people made come first; the parts of Kubernetes are counted. */
function ofHolders(holders: readonly Holder[]): readonly Finding[] {
  const people = holders.filter(({ subject }) => !PARTS.test(subject));
  const parts = holders.length - people.length;
  const items: readonly Item[] = [
    ...people.map(({ subject, namespaces }) => ({
      name: subject,
      detail: namespaces === undefined ? 'everywhere' : `in ${namespaces.join(', ')}`,
    })),
    ...(parts === 0 ? [] : [{ name: 'Kubernetes itself', detail: `${parts} of its accounts` }]),
  ];
  return items.length === 0 ? [] : [finding('marking_rights', items)];
}

/** Users and groups of the control plane, and the ServiceAccounts of kube-controller-manager. */
const PARTS =
  /^User system:(?!anonymous$|serviceaccount:)|^ServiceAccount kube-system\/\S+-controller$|^Group system:(nodes|bootstrappers)/;
