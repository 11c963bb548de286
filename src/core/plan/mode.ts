import { endsByItself } from '../model/pod.js';
import type { Placement } from '../outcome.js';
import type { Context } from './context.js';
import type { Gate } from './probes.js';

/** Where an injected container goes, relative to the containers that the user sent. */
export type Slot =
  /** Init containers: before the user's, after those of a mesh. */
  | 'init_before'
  /** Init containers: after the user's. */
  | 'init_after'
  /** Containers: before the user's, in whose order the kubelet starts them. */
  | 'first'
  /** Containers: after the user's. */
  | 'last'
  /** Ephemeral containers: not of the pod as it is made, but added to it once it is bound. */
  | 'ephemeral';

/** The list of a pod's spec that a slot is in. */
export function listOf(slot: Slot): 'containers' | 'initContainers' | 'ephemeralContainers' {
  if (slot === 'ephemeral') return 'ephemeralContainers';
  return slot === 'first' || slot === 'last' ? 'containers' : 'initContainers';
}

/** How the containers of a DaemonSet are placed in one pod. */
export interface Mode {
  readonly daemons: Placement;
  readonly before: boolean;
  readonly gate: Gate;
  readonly nativeSidecars: boolean;
}

/**
 * The rules of "Where": a DaemonSet that was read as ephemeral containers is nothing else; then `start-after-ds`, then pods
 * that end by themselves, then what was asked for.
 */
export function modeOf({ subject, landing, blueprint, warn }: Context): Mode {
  const { nativeSidecars } = landing;
  const { startAfter, placement } = subject.wishes;
  if (blueprint.ephemeral) {
    return { daemons: 'ephemeral', before: false, gate: 'none', nativeSidecars: false };
  }
  if (startAfter) {
    return nativeSidecars
      ? { daemons: 'native', before: true, gate: 'startup_probe', nativeSidecars }
      : { daemons: 'plain', before: true, gate: 'post_start', nativeSidecars };
  }
  const after = { before: false, gate: 'none', nativeSidecars } as const;
  if (endsByItself(subject.spec)) return { ...after, daemons: 'native' };
  const wantsNative = (placement ?? blueprint.placement) === 'native';
  if (wantsNative && !nativeSidecars) {
    warn(
      'native_not_available',
      'the node or API server has no native sidecars; plain containers are used',
    );
  }
  return { ...after, daemons: wantsNative && nativeSidecars ? 'native' : 'plain' };
}

export function slotOf(placement: Placement, { before }: Mode): Slot {
  if (placement === 'ephemeral') return 'ephemeral';
  if (placement === 'plain') return before ? 'first' : 'last';
  return before ? 'init_before' : 'init_after';
}
