import { defined } from '../model/defined.js';
import type { ContainerReport } from './containers.js';

/** Why an injected container is not as it should be. */
export interface Trouble {
  readonly daemonSet: string;
  /** Its name in the pod. */
  readonly container: string;
  /** The kubelet's reason, such as `CrashLoopBackOff`; `NotReady` for one that runs, `Completed` for one that ended well. */
  readonly reason: string;
  /** The kubelet's words, as far as there are any. */
  readonly message?: string;
  readonly exitCode?: number;
}

/** What every container goes through at its start. */
const STARTING: ReadonlySet<string | undefined> = new Set([
  undefined,
  'ContainerCreating',
  'PodInitializing',
]);

/** The worse, the higher; 0 for what is no trouble. */
function severityOf(report: ContainerReport): number {
  const { state, ready, reason, exitCode = 0 } = report;
  if (ready || state === 'unreported') return 0;
  if (state === 'waiting') return STARTING.has(reason) ? 0 : 4;
  if (state === 'running') return report.init === true ? 0 : 1;
  if (exitCode !== 0) return 3;
  return runsToItsEnd(report) ? 0 : 2;
}

const runsToItsEnd = ({ placement, init }: ContainerReport): boolean =>
  init === true || placement === 'init';

/** The trouble of one container; undefined for one that is well, or starts. */
export function troubleOf(report: ContainerReport): Trouble | undefined {
  if (severityOf(report) === 0) return undefined;
  const { daemonSet, injectedAs, state, reason, message, exitCode } = report;
  const usual = state === 'running' ? 'NotReady' : exitCode === 0 ? 'Completed' : 'Error';
  return defined({ daemonSet, container: injectedAs, reason: reason ?? usual, message, exitCode });
}

/** The worst trouble of some containers, the first of those that are as bad; undefined if all are well. */
export function worstOf(reports: readonly ContainerReport[]): Trouble | undefined {
  const [worst] = [...reports].sort((one, other) => severityOf(other) - severityOf(one));
  return worst && troubleOf(worst);
}

/** How bad the worst of some containers is: the higher, the worse; 0 if all are well. */
export const worstSeverity = (reports: readonly ContainerReport[]): number =>
  Math.max(0, ...reports.map(severityOf));
