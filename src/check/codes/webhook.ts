import { NOTHING, type Kind } from './kind.js';

/** What is said of the webhook configuration and of the way to the replicas. */
export const webhookCodes = {
  webhook_missing: {
    level: 'error',
    sentence: 'The webhook configuration is not there, so no pod is injected.',
    todo: 'Install again, or name it with --webhook-configuration.',
  },
  webhook_without_entry: {
    level: 'error',
    sentence: 'The webhook configuration calls nothing for the creation of pods.',
    todo: 'Install again; rules must name the operation CREATE and the resource pods.',
  },
  webhook_calls_elsewhere: {
    level: 'error',
    sentence: 'The webhook configuration calls another Service than that of the injector.',
    todo: 'Install again, or name the release with --own-namespace and --own-release.',
  },
  webhook_sound: {
    level: 'ok',
    sentence: 'The webhook configuration is as it should be.',
    todo: NOTHING,
  },
  webhook_rules_wide: {
    level: 'warning',
    sentence:
      'The webhook is called for more than the creation of pods, which it leaves alone: that costs and can do harm.',
    todo: 'Narrow the rules to CREATE of pods.',
  },
  webhook_fails_closed: {
    level: 'warning',
    sentence: 'The failurePolicy is Fail: while the injector is away, no pod can be created.',
    todo: 'Set failurePolicy to Ignore, unless no pod may ever start without its DaemonSets.',
  },
  webhook_timeout_long: {
    level: 'warning',
    sentence: 'The timeout is long: while the injector hangs, each pod waits for so many seconds.',
    todo: 'Set timeoutSeconds to 5.',
  },
  webhook_not_reinvoked: {
    level: 'warning',
    sentence:
      'The webhook is not called again after others have changed a pod, so it does not see what they add.',
    todo: 'Set reinvocationPolicy to IfNeeded.',
  },
  webhook_exact_match: {
    level: 'warning',
    sentence: 'The matchPolicy is not Equivalent: pods of another API version would be missed.',
    todo: 'Set matchPolicy to Equivalent.',
  },
  webhook_selects_itself: {
    level: 'warning',
    sentence:
      'The webhook is called for pods of its own namespace, so its start can depend on itself.',
    todo: 'Leave the namespace out in the namespaceSelector, by its label kubernetes.io/metadata.name.',
  },
  webhook_object_selector: {
    level: 'warning',
    sentence: 'An objectSelector narrows the pods for which the webhook is called.',
    todo: 'Take it out; pods and namespaces opt out by the annotation ds-injection "false".',
  },
  webhook_review_version: {
    level: 'error',
    sentence: 'The webhook is not asked in a version of AdmissionReview that the injector knows.',
    todo: 'Set admissionReviewVersions to v1.',
  },
  webhook_not_spared: {
    level: 'info',
    sentence: 'No match condition spares mirror pods the call.',
    todo: 'Nothing; matchConditions as in the chart save calls.',
  },
  webhook_sorts_early: {
    level: 'warning',
    sentence:
      'The webhook is called before that of EKS, which says only then that a pod goes to Fargate.',
    todo: 'Give the configuration a name that sorts after 0500-amazon-eks-fargate-mutation.amazonaws.com.',
  },
  webhook_by_url: {
    level: 'info',
    sentence:
      'The webhook is called by its URL and not through a Service; what is behind was not looked at.',
    todo: 'Nothing, if that is meant.',
  },
  service_missing: {
    level: 'error',
    sentence: 'The Service that the webhook configuration calls is not there.',
    todo: 'Install again.',
  },
  service_without_port: {
    level: 'error',
    sentence: 'The Service has no such port as the webhook configuration calls.',
    todo: 'Install again; the Service needs port 443.',
  },
  service_without_endpoints: {
    level: 'error',
    sentence: 'No replica is behind the Service, so reviews go nowhere.',
    todo: 'See whether replicas are ready and bear the labels that the Service selects.',
  },
  service_ready: { level: 'ok', sentence: 'Replicas are behind the Service.', todo: NOTHING },
  namespaces_selected: {
    level: 'ok',
    sentence: 'The webhook is called in all namespaces that have not opted out.',
    todo: NOTHING,
  },
  namespaces_not_selected: {
    level: 'warning',
    sentence: 'The webhook is not called in namespaces that have not opted out.',
    todo: 'Change the namespaceSelector or the namespaces\' labels; to opt out, annotate the namespace with ds-injection "false".',
  },
  namespaces_opted_out: {
    level: 'info',
    sentence: 'Namespaces have opted out; their pods are injected only when they ask for it.',
    todo: 'Nothing, if that is meant.',
  },
} as const satisfies Record<string, Kind>;
