import { NOTHING, type Kind } from './kind.js';

/** What is said of others who change pods. */
export const neighbourCodes = {
  no_other_injector: {
    level: 'ok',
    sentence: 'No other webhook changes pods.',
    todo: NOTHING,
  },
  other_injectors: {
    level: 'info',
    sentence: 'Other webhooks change pods. They are called in the order of their names.',
    todo: 'Nothing: the injector is called again when one after it has changed a pod.',
  },
  other_injectors_unseeing: {
    level: 'info',
    sentence:
      'Webhooks that are called before the injector and not again do not see what it injects.',
    todo: 'Nothing, unless theirs should reach injected containers as well (a mesh, a policy on images).',
  },
  platform_reads_mark: {
    level: 'warning',
    sentence:
      'The platform of virtual nodes has a feature of its own that reads the same annotation, so DaemonSets may be injected twice.',
    todo: "Switch the platform's feature off, leave the profile to it (leave-to-platform), or use another prefix (annotation-prefixes).",
  },
} as const satisfies Record<string, Kind>;
