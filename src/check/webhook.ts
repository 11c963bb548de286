import type { KubernetesObject } from '../core/model/types.js';
import { given } from './given.js';
import { findCoverage } from './coverage.js';
import { finding, findingIf, type Finding } from './finding.js';
import {
  isBefore,
  isWide,
  serviceOf,
  takesPods,
  hooksIn,
  type Hook,
  type Target,
} from './hooks.js';
import { at, listAt, mapAt, nameOf, numberAt, textAt, textsAt } from '../survey/raw.js';
import { NO_LISTING } from '../survey/reader.js';
import { valueOr } from '../survey/answer.js';
import { isEmptySelector, selects } from '../survey/selector.js';
import { isInstalled, ownWebhook, type Seen } from './seen.js';

/** Whether the API server calls the injector as it should, and for all that it should. */
export function findWebhook(seen: Seen): readonly Finding[] {
  if (!isInstalled(seen)) return [];
  return given(
    ownWebhook(seen),
    (configuration) => ofConfiguration(configuration, seen),
    () => [finding('webhook_missing', seen.names.webhook)],
  );
}

function ofConfiguration(configuration: KubernetesObject, seen: Seen): readonly Finding[] {
  const hook = podHookIn(configuration);
  if (hook === undefined) return [finding('webhook_without_entry', nameOf(configuration))];
  const problems = problemsOf(hook, seen);
  return [
    ...(problems.length === 0 ? [finding('webhook_sound', nameOf(configuration))] : problems),
    ...ofTarget(hook, seen),
    ...findCoverage(hook, seen),
  ];
}

/** The entry by which pods come to the injector. */
export const podHookIn = (configuration: KubernetesObject): Hook | undefined =>
  hooksIn(configuration).find(takesPods);

const problemsOf = (hook: Hook, seen: Seen): readonly Finding[] => [
  ...ofFailure(hook),
  ...ofMatching(hook, seen),
  ...ofOrder(hook, seen),
];

/** A hanging injector costs each pod no more than this; 5 is what the chart says. */
const LONGEST_SECONDS = 10;

function ofFailure({ entry }: Hook): readonly Finding[] {
  const seconds = numberAt(entry, 'timeoutSeconds') ?? 10;
  const versions = textsAt(entry, 'admissionReviewVersions');
  return [
    ...findingIf(textAt(entry, 'failurePolicy') !== 'Ignore', 'webhook_fails_closed'),
    ...findingIf(seconds > LONGEST_SECONDS, 'webhook_timeout_long', `timeoutSeconds is ${seconds}`),
    ...findingIf(
      !versions.some((one) => one === 'v1' || one === 'v1beta1'),
      'webhook_review_version',
      `admissionReviewVersions: ${versions.join(', ') || 'none'}`,
    ),
  ];
}

function ofMatching({ entry }: Hook, { names }: Seen): readonly Finding[] {
  const rules = listAt(entry, 'rules');
  const conditions = listAt(entry, 'matchConditions').map((one) => textAt(one, 'expression'));
  // The API server gives this label to every namespace.
  const self = { 'kubernetes.io/metadata.name': names.namespace };
  return [
    ...findingIf(
      rules.some(isWide),
      'webhook_rules_wide',
      rules.filter(isWide).map(ruleText).join('; '),
    ),
    ...findingIf(textAt(entry, 'matchPolicy') === 'Exact', 'webhook_exact_match'),
    ...findingIf(
      selects(at(entry, 'namespaceSelector'), self),
      'webhook_selects_itself',
      names.namespace,
    ),
    ...findingIf(
      !isEmptySelector(at(entry, 'objectSelector')),
      'webhook_object_selector',
      JSON.stringify(mapAt(entry, 'objectSelector')).slice(0, 200),
    ),
    ...findingIf(
      !conditions.some((one) => one.includes('kubernetes.io/config.mirror')),
      'webhook_not_spared',
    ),
  ];
}

const ruleText = (rule: unknown): string =>
  `${textsAt(rule, 'operations').join(',')} of ${textsAt(rule, 'resources').join(',')}`;

const FARGATE = '0500-amazon-eks-fargate-mutation.amazonaws.com';

function ofOrder({ configuration, entry }: Hook, { objects }: Seen): readonly Finding[] {
  const fargate = valueOr(objects.webhooks, NO_LISTING).items.find(
    (item) => nameOf(item) === FARGATE,
  );
  return [
    ...findingIf(textAt(entry, 'reinvocationPolicy') !== 'IfNeeded', 'webhook_not_reinvoked'),
    ...findingIf(fargate !== undefined && isBefore(configuration, fargate), 'webhook_sorts_early'),
  ];
}

function ofTarget(hook: Hook, seen: Seen): readonly Finding[] {
  const { objects, names } = seen;
  const target = serviceOf(hook);
  if (target === undefined) {
    return [finding('webhook_by_url', textAt(hook.entry, 'clientConfig', 'url'))];
  }
  if (target.namespace !== names.namespace || target.name !== names.fullName) {
    return [finding('webhook_calls_elsewhere', `${target.namespace}/${target.name}`)];
  }
  return given(
    objects.service,
    (service) => ofService(service, target, seen),
    () => [finding('service_missing', `${target.namespace}/${target.name}`)],
  );
}

function ofService(service: KubernetesObject, target: Target, seen: Seen): readonly Finding[] {
  const ports = listAt(service, 'spec', 'ports').map((port) => numberAt(port, 'port'));
  if (!ports.includes(target.port)) return [finding('service_without_port', `port ${target.port}`)];
  return given(seen.objects.endpointSlices, ({ items }) => {
    const ready = items.flatMap((slice) => listAt(slice, 'endpoints')).filter(isReady);
    return ready.length === 0
      ? [finding('service_without_endpoints')]
      : [finding('service_ready', `${ready.length} ready`)];
  });
}

/** `null` and absent mean ready, as the API says. */
const isReady = (endpoint: unknown): boolean => at(endpoint, 'conditions', 'ready') !== false;
