import { NOTHING, type Kind } from './kind.js';

/** What is said of the injector's own objects that run it. */
export const installationCodes = {
  not_installed: {
    level: 'info',
    sentence: 'The injector is not installed under these names; this says what it would meet.',
    todo: 'Install it, or name it with --own-namespace and --own-release.',
  },
  deployment_missing: {
    level: 'error',
    sentence: 'The Deployment of the injector is not there.',
    todo: 'Install again, or name the release with --own-namespace and --own-release.',
  },
  options_read: {
    level: 'ok',
    sentence: 'What follows is judged by the options that the installed injector was told.',
    todo: NOTHING,
  },
  options_assumed: {
    level: 'info',
    sentence:
      'The options of the installed injector are not known; what follows is judged by those of this command.',
    todo: 'Give this command the options that the injector has.',
  },
  replicas_ready: { level: 'ok', sentence: 'All replicas are ready.', todo: NOTHING },
  replicas_not_ready: {
    level: 'warning',
    sentence: 'Some replicas are not ready.',
    todo: 'Look at their pods and logs; /readyz of a replica says what it waits for.',
  },
  no_replica_ready: {
    level: 'error',
    sentence: 'No replica is ready, so no pod is injected.',
    todo: 'Look at the pods and their logs; /readyz of a replica says what it waits for.',
  },
  single_replica: {
    level: 'warning',
    sentence: 'There is one replica only: while it is replaced, no pod is injected.',
    todo: 'Set the chart value replicas to 2 or more.',
  },
  leader_present: { level: 'ok', sentence: 'A replica leads and keeps its Lease.', todo: NOTHING },
  leader_lost: {
    level: 'warning',
    sentence:
      'The Lease has run out: nobody keeps placeholders, nor certificates and the caBundle if they are its own. Pods are still injected.',
    todo: 'Look at the logs of the replicas for what keeps them from renewing the Lease.',
  },
  leader_missing: {
    level: 'warning',
    sentence:
      'No replica has taken the Lease: nobody keeps placeholders, nor certificates and the caBundle if they are its own.',
    todo: 'Look at the logs of the replicas for what keeps them from taking the Lease.',
  },
  second_release: {
    level: 'warning',
    sentence: 'There is another release of the injector; pods are reviewed by both.',
    todo: 'Uninstall one, or let each select namespaces of its own.',
  },
  clock_differs: {
    level: 'warning',
    sentence:
      'The clock of this machine is not that of the API server; what is said of times counts by the latter.',
    todo: 'Set the clock. If it is the API server that is wrong, so are its certificates and Leases.',
  },
} as const satisfies Record<string, Kind>;
