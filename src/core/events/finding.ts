import { defined } from '../model/defined.js';
import type { Problem, ProblemKind } from '../findings/judged.js';
import type { EventDraft, ObjectRef } from './draft.js';

/** Which pod is meant. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string | undefined;
}

const REASONS: Readonly<Record<ProblemKind, string>> = {
  missed: 'InjectionMissed',
  forged: 'InjectionForged',
  misplaced: 'InjectionMisplaced',
  orphaned: 'InjectionOrphaned',
};

/** What to say on a pod that is not as the webhook would have made it. */
export const findingEvent = (pod: PodIdentity, problem: Problem): EventDraft => ({
  regarding: podRefOf(pod),
  // That a DaemonSet goes and its containers stay is as it has to be.
  type: problem.kind === 'orphaned' ? 'Normal' : 'Warning',
  reason: REASONS[problem.kind],
  action: 'Injecting',
  note: noteOf(problem),
});

/** What to say on a pod that was evicted, so that its controller makes another one. @param why a clause. */
export const evictionEvent = (pod: PodIdentity, why: string): EventDraft => ({
  regarding: podRefOf(pod),
  ...{ type: 'Normal', reason: 'EvictedForInjection', action: 'Evicting' },
  note: `evicted, so that its controller makes it anew: ${why}`,
});

const podRefOf = ({ namespace, name, uid }: PodIdentity): ObjectRef =>
  defined({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid });

const inBrackets = (detail: string): string => (detail === '' ? '' : ` (${detail})`);

function noteOf({ kind, daemonSet, node, detail = '' }: Problem): string {
  switch (kind) {
    case 'missed':
      return `DaemonSet ${daemonSet} is not in the pod although nothing speaks against it${inBrackets(detail)}`;
    case 'misplaced':
      return `the pod has containers of DaemonSet ${daemonSet}, and node ${node} is not virtual`;
    case 'orphaned':
      return `containers of DaemonSet ${daemonSet} stay until the pod is made anew: ${detail}`;
    case 'forged':
      return daemonSet === '' ? detail : `DaemonSet ${daemonSet}: ${detail}`;
  }
}
