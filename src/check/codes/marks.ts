import { NOTHING, type Kind } from './kind.js';

/** What is said of who may mark DaemonSets. */
export const markCodes = {
  marking_guarded: {
    level: 'ok',
    sentence: 'A policy lets those only mark DaemonSets who have the verb inject on daemonsets.',
    todo: NOTHING,
  },
  marking_not_guarded: {
    level: 'warning',
    sentence:
      'No policy limits who marks DaemonSets: whoever may write one may put containers into the pods of others.',
    todo: 'Install the policies of the chart; they need Kubernetes 1.30.',
  },
  marking_policy_idle: {
    level: 'warning',
    sentence: 'The policy on who marks DaemonSets is there, but is not enforced.',
    todo: 'Install again: the policy needs a binding with the action Deny.',
  },
  marking_policy_blind: {
    level: 'warning',
    sentence:
      'The injector reads marks that the policy on who marks DaemonSets does not look at: whoever may write a DaemonSet may mark it by these.',
    todo: 'Set the prefixes by the chart value injection.annotationPrefixes, which changes the policies and the matchConditions of the webhook as well.',
  },
  injector_limited: {
    level: 'ok',
    sentence: 'A policy limits what the injector may write.',
    todo: NOTHING,
  },
  injector_not_limited: {
    level: 'warning',
    sentence:
      'No policy limits what the injector may write, so whoever takes over its token has all that RBAC gives it.',
    todo: 'Install the policies of the chart; they need Kubernetes 1.30.',
  },
  marking_rights: {
    level: 'info',
    sentence: 'These may mark DaemonSets.',
    todo: 'See whether they are those whom you mean. Groups such as system:masters may do everything.',
  },
} as const satisfies Record<string, Kind>;
