import { NOTHING, type Kind } from './kind.js';

/** What is said of the rights of the person who installs and of the injector. */
export const permissionCodes = {
  installer_allowed: {
    level: 'ok',
    sentence: 'You may create all that an installation consists of.',
    todo: NOTHING,
  },
  installer_not_allowed: {
    level: 'error',
    sentence: 'You may not create all that an installation consists of.',
    todo: 'Have it installed by somebody who may, such as an administrator of the cluster.',
  },
  injector_allowed: {
    level: 'ok',
    sentence: 'The ServiceAccount of the injector may do all that it needs.',
    todo: NOTHING,
  },
  injector_not_allowed: {
    level: 'error',
    sentence: 'The ServiceAccount of the injector lacks rights.',
    todo: 'Install again, with the same values, to have the roles and their bindings as they should be.',
  },
} as const satisfies Record<string, Kind>;
