import { NOTHING, type Kind } from './kind.js';

/** What is said of the pods that run on virtual nodes. */
export const podCodes = {
  pods_injected: { level: 'ok', sentence: 'Pods on virtual nodes are injected.', todo: NOTHING },
  pods_missed: {
    level: 'warning',
    sentence:
      'Pods on virtual nodes lack the DaemonSets that they should have: they are older than the mark, or the webhook was away.',
    todo: 'Let their owners make them anew (kubectl rollout restart), or delete them.',
  },
  pods_left_open: {
    level: 'info',
    sentence: 'Pods on virtual nodes might as well have run on real ones, and were left alone.',
    todo: 'Let them select virtual nodes, or set the option mixed to inject or pin.',
  },
  pods_left_alone: {
    level: 'info',
    sentence: 'Pods on virtual nodes are left alone.',
    todo: 'Nothing, if that is meant; `ds-injector reasons CODE` says more about a reason.',
  },
  no_pod_on_virtual_nodes: {
    level: 'info',
    sentence: 'No pod runs on a virtual node.',
    todo: 'Nothing, until one does.',
  },
} as const satisfies Record<string, Kind>;
