import { certificateCodes } from './codes/certificates.js';
import { daemonSetCodes } from './codes/daemon-sets.js';
import { installationCodes } from './codes/installation.js';
import type { Kind } from './codes/kind.js';
import { markCodes } from './codes/marks.js';
import { neighbourCodes } from './codes/neighbours.js';
import { nodeCodes } from './codes/nodes.js';
import { permissionCodes } from './codes/permissions.js';
import { podCodes } from './codes/pods.js';
import { trialCodes } from './codes/trial.js';
import { unknownCodes } from './codes/unknown.js';
import { versionCodes } from './codes/versions.js';
import { webhookCodes } from './codes/webhook.js';

/** What is looked at, in the order in which it is told, each with what can be found. */
export const areas = {
  versions: { title: 'Versions', codes: versionCodes },
  permissions: { title: 'Permissions', codes: permissionCodes },
  installation: { title: 'Installation', codes: installationCodes },
  webhook: { title: 'Webhook', codes: webhookCodes },
  certificates: { title: 'Certificates', codes: certificateCodes },
  nodes: { title: 'Virtual nodes', codes: nodeCodes },
  daemonSets: { title: 'DaemonSets', codes: daemonSetCodes },
  marks: { title: 'Who may mark', codes: markCodes },
  trial: { title: 'Dry run', codes: trialCodes },
  pods: { title: 'Pods on virtual nodes', codes: podCodes },
  neighbours: { title: 'Others who change pods', codes: neighbourCodes },
} as const satisfies Record<string, { title: string; codes: Readonly<Record<string, Kind>> }>;

export type Area = keyof typeof areas;

/** What can be found in any area. */
export { unknownCodes };

/** Every finding that `check` can have: the only list. Table, JSON and docs/check.md use its codes. */
export const findingCodes = {
  ...versionCodes,
  ...permissionCodes,
  ...installationCodes,
  ...webhookCodes,
  ...certificateCodes,
  ...nodeCodes,
  ...daemonSetCodes,
  ...markCodes,
  ...trialCodes,
  ...podCodes,
  ...neighbourCodes,
  ...unknownCodes,
} as const satisfies Readonly<Record<string, Kind>>;

export type FindingCode = keyof typeof findingCodes;
