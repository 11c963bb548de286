import { NOTHING, type Kind } from './kind.js';

/** What is said of DaemonSets. */
export const daemonSetCodes = {
  no_marked_daemonset: {
    level: 'info',
    sentence: 'No DaemonSet is marked, so no pod is injected.',
    todo: 'Set the annotation ds-injection "true" on spec.template.metadata.annotations of those that should be.',
  },
  daemonsets_waiting: {
    level: 'info',
    sentence: 'DaemonSets are marked, and there is no virtual node for them.',
    todo: 'Nothing, until there is one.',
  },
  daemonsets_carried: {
    level: 'ok',
    sentence: 'Marked DaemonSets go into pods on virtual nodes.',
    todo: NOTHING,
  },
  daemonsets_carried_in_part: {
    level: 'info',
    sentence: 'Marked DaemonSets go into pods on some virtual nodes only.',
    todo: 'Nothing, if that is meant; `ds-injector reasons CODE` says what to do about a reason.',
  },
  daemonsets_refused: {
    level: 'warning',
    sentence: 'Marked DaemonSets are injected nowhere.',
    todo: '`ds-injector reasons CODE` says what to do about a reason.',
  },
  daemonsets_deleted: {
    level: 'info',
    sentence: 'Marked DaemonSets are being deleted.',
    todo: 'Nothing: they are not injected any more.',
  },
  daemonsets_changed: {
    level: 'info',
    sentence: 'Parts of marked DaemonSets cannot be had on a virtual node.',
    todo: '`ds-injector reasons CODE` says what to do about a warning.',
  },
  daemonset_annotations_invalid: {
    level: 'warning',
    sentence: 'Annotations of DaemonSets have values that mean nothing.',
    todo: 'Correct them; the README lists what each annotation takes.',
  },
} as const satisfies Record<string, Kind>;
