import type { RecordedDaemonSet } from '../record/record.js';
import type { ContainerStatus, ObservedPod, Terminated } from '../status/observed.js';
import type { EventDraft, ObjectRef } from './draft.js';

/** What waits are of which step; the names are the kubelet's. */
const PULLING: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ErrImageNeverPull',
  'ImageInspectError',
  'ImagePullBackOff',
  'InvalidImageName',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
const STARTING: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'PostStartHookError',
  'PreCreateHookError',
  'RunContainerError',
  'StartError',
]);

/** A container of a DaemonSet in a pod. */
interface Subject {
  readonly pod: ObservedPod;
  readonly injectedAs: string;
  /** "container agent of DaemonSet monitoring/agent" */
  readonly title: string;
}

/**
 * What a kubelet would have said of injected containers between two looks at their pod: image pulled, started, ended
 * other than well, waiting for another attempt. For nodes whose kubelets say nothing.
 *
 * @param before undefined for a pod that is new.
 * @param daemonSets of the pod's record, as far as they are believed.
 */
export const containerEvents = (
  before: ObservedPod | undefined,
  after: ObservedPod,
  daemonSets: readonly RecordedDaemonSet[],
): readonly EventDraft[] =>
  daemonSets.flatMap(({ namespace, name, containers }) =>
    containers.flatMap(({ injectedAs }) => {
      const title = `container ${injectedAs} of DaemonSet ${namespace}/${name}`;
      const then = before?.statuses.get(injectedAs);
      const now = after.statuses.get(injectedAs);
      const subject = { pod: after, injectedAs, title };
      return [
        ...endOf(subject, then, now),
        ...startOf(subject, then, now),
        ...waitOf(subject, then, now),
      ];
    }),
  );

type Look = ContainerStatus | undefined;

/** Between two looks a container may have ended and started again. */
const lastEndOf = (status: Look): Terminated | undefined =>
  status?.state?.terminated ?? status?.lastState?.terminated;

function endOf(subject: Subject, before: Look, after: Look): readonly EventDraft[] {
  const end = lastEndOf(after);
  if (end === undefined || end.exitCode === 0) return [];
  const known = lastEndOf(before);
  if (known?.finishedAt === end.finishedAt && known?.exitCode === end.exitCode) return [];
  const reason = end.reason === undefined ? '' : ` (${end.reason})`;
  const note = `${subject.title} ended with exit code ${end.exitCode}${reason}`;
  return [draft(subject, { type: 'Warning', reason: 'Exited', action: 'Running', note })];
}

const startTimeOf = (status: Look): string | undefined => status?.state?.running?.startedAt;
const waitReasonOf = (status: Look): string => status?.state?.waiting?.reason ?? '';
const imageOf = ({ pod, injectedAs }: Subject): string =>
  pod.containers.get(injectedAs)?.image ?? '';

/** A container that has started has its image. */
function startOf(subject: Subject, before: Look, after: Look): readonly EventDraft[] {
  const started = startTimeOf(after);
  if (started === undefined || started === startTimeOf(before)) return [];
  const begun = { type: 'Normal', reason: 'Started', action: 'Starting' } as const;
  const start = draft(subject, { ...begun, note: `${subject.title} started` });
  if (after?.restartCount !== undefined && after.restartCount > 0) return [start];
  const note = `image ${imageOf(subject)} is there for ${subject.title}`;
  return [draft(subject, { type: 'Normal', reason: 'Pulled', action: 'Pulling', note }), start];
}

function waitOf(subject: Subject, before: Look, after: Look): readonly EventDraft[] {
  const reason = waitReasonOf(after);
  const isPull = PULLING.has(reason);
  if (reason === waitReasonOf(before) || !(isPull || STARTING.has(reason))) return [];
  const what = isPull ? `, image ${imageOf(subject)}` : '';
  return [
    draft(subject, {
      type: 'Warning',
      // The kubelet's own words for the two.
      reason: reason.endsWith('BackOff') ? 'BackOff' : 'Failed',
      action: isPull ? 'Pulling' : 'Starting',
      note: `${subject.title}: ${reason}${what}`,
    }),
  ];
}

const draft = ({ pod, injectedAs }: Subject, said: Omit<EventDraft, 'regarding'>): EventDraft => ({
  regarding: podRef(pod, injectedAs),
  ...said,
});

/** @param container a part of the pod, as the kubelet refers to it. */
export const podRef = (
  { namespace, name, uid, ephemeral }: ObservedPod,
  container: string,
): ObjectRef => ({
  ...{ apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
  fieldPath: `spec.${ephemeral.has(container) ? 'ephemeralContainers' : 'containers'}{${container}}`,
});
