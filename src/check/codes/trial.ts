import { NOTHING, type Kind } from './kind.js';

/** What is said of a pod that the API server was asked to admit, in a dry run. */
export const trialCodes = {
  trial_injected: {
    level: 'ok',
    sentence: 'A dry-run pod for a virtual node came back injected.',
    todo: NOTHING,
  },
  trial_injected_otherwise: {
    level: 'warning',
    sentence: 'A dry-run pod came back with other DaemonSets than this command expects.',
    todo: 'Give this command the options that the injector has; else see its log for the pod.',
  },
  trial_answered: {
    level: 'ok',
    sentence:
      'The webhook answers: it took a forged record off a dry-run pod. No marked DaemonSet goes into that pod.',
    todo: 'Mark a DaemonSet that tolerates the virtual nodes to see more.',
  },
  trial_left_alone: {
    level: 'warning',
    sentence:
      'The webhook answers, and leaves a dry-run pod alone that this command would have injected.',
    todo: 'Give this command the options that the injector has; else see its log for the pod and its reason.',
  },
  trial_not_injected: {
    level: 'error',
    sentence:
      'A dry-run pod came back as it was: the webhook was not called, did not answer in time, or does not know the virtual node.',
    todo: 'See the other findings; then whether the API server reaches port 8443 of the replicas (firewall, NetworkPolicy), and the metric apiserver_admission_webhook_fail_open_count.',
  },
  trial_nothing_to_see: {
    level: 'info',
    sentence: 'A dry-run pod is left alone there whether the webhook answers or not.',
    todo: 'Name a namespace that has not opted out with --trial-namespace.',
  },
  trial_call_failed: {
    level: 'error',
    sentence: 'The API server could not call a webhook for a dry-run pod, and refused the pod.',
    todo: 'If it is ours: see the other findings, and whether the API server reaches port 8443 of the replicas (firewall, NetworkPolicy).',
  },
  trial_refused: {
    level: 'warning',
    sentence:
      'The API server refused the dry-run pod, so nobody knows whether the webhook answers.',
    todo: 'If a policy or quota of the namespace refuses it: name another with --trial-namespace.',
  },
  trial_without_node: {
    level: 'info',
    sentence: 'No dry run was made: there is no virtual node that a pod could be for.',
    todo: 'Nothing, until there is one.',
  },
  trial_not_selected: {
    level: 'info',
    sentence: 'No dry run was made: the webhook is not called in the namespace.',
    todo: 'Name another namespace with --trial-namespace.',
  },
} as const satisfies Record<string, Kind>;
