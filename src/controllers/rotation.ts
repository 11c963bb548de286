import type { Authority } from '../certs/authority.js';
import type { Issued } from '../certs/issue.js';
import { nextStep, recovered, takeStep, type Step } from '../certs/rotation.js';
import type { Clock } from '../cluster/clock.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { AuthorityKeeper, SecretView } from './authority.js';
import { Bell } from './bell.js';
import type { BundleKeeper } from './ca-bundle.js';
import { LOOK, reconcile, type ReconcileObserver } from './reconcile.js';

/** Hears of changes of the authority. */
export interface RotationObserver extends ReconcileObserver {
  /** @param kind what was done; `recover` where the Secret held garbage. @param why a clause for the log. */
  readonly changed: (kind: Exclude<Step['kind'], 'rest'> | 'recover', why: string) => void;
}

export interface RotationOptions {
  readonly keeper: AuthorityKeeper;
  readonly bundle: Pick<BundleKeeper, 'heldSince'>;
  readonly clock: Clock;
  /** Makes an authority. */
  readonly issue: () => Promise<Issued>;
  /** Milliseconds for which a serving certificate is good. */
  readonly leafLifetime: number;
  /** Milliseconds for which the bundle must have been seen in its place until all callers trust it. */
  readonly propagation: number;
  readonly random: () => number;
  readonly observe: RotationObserver;
}

/** Milliseconds that a write may take to be told by the watch, before the Secret is looked at again. */
const ECHO = 5_000;
/** Of the propagation time: how often it is looked whether that is over. */
const PART = 1 / 5;

/** Rotates the authority, and mends its Secret, while this replica leads: until the signal is aborted. Never rejects. */
export async function rotateAuthority(
  options: RotationOptions,
  signal: AbortSignal,
): Promise<void> {
  const bell = new Bell();
  const state: State = {};
  const deafen = options.keeper.listen(() => {
    bell.ring();
  });
  await reconcile({ ...options, step: () => look(state, options, signal), bell, signal });
  deafen();
}

interface State {
  /** The Secret over which the last write was made, which the watch may still show. */
  written?: { readonly over: KubernetesObject; readonly at: number };
}

async function look(state: State, options: RotationOptions, signal: AbortSignal): Promise<number> {
  const { keeper, clock, observe } = options;
  const view = keeper.view();
  const { object } = view;
  // Where there is nothing, every replica makes it.
  if (!object || view.reading.kind === 'empty') return LOOK;
  const echo = state.written?.over === object ? state.written.at + ECHO - clock.monotonic() : 0;
  if (echo > 0) return echo;
  const change = await changeOf(options, view);
  if (typeof change === 'number') return change;
  await keeper.write(object, change.authority, signal);
  state.written = { over: object, at: clock.monotonic() };
  observe.changed(change.kind, change.why);
  return ECHO;
}

interface Change {
  readonly authority: Authority;
  readonly kind: Exclude<Step['kind'], 'rest'> | 'recover';
  readonly why: string;
}

/** @returns the milliseconds until the next look if nothing is to be changed. */
async function changeOf(
  { keeper, bundle, clock, issue, leafLifetime, propagation }: RotationOptions,
  { reading, strays }: SecretView,
): Promise<Change | number> {
  const now = clock.now();
  if (reading.kind !== 'ready') {
    const authority = await recovered(keeper.current(), now, issue);
    return { authority, kind: 'recover', why: `the Secret was unfit` };
  }
  const { authority } = reading;
  const since = authority.next && bundle.heldSince(authority.next.cert);
  const isPublished = since !== undefined && clock.monotonic() - since >= propagation;
  const step = nextStep(authority, { now, isPublished, leafLifetime, strays });
  if (step.kind === 'rest') {
    const soon = authority.next ? propagation * PART : LOOK;
    return Math.min(LOOK, soon, step.until - now);
  }
  const changed = await takeStep(authority, step, { now, strays, issue });
  return { authority: changed, kind: step.kind, why: step.why };
}

/** Milliseconds after which callers trust what is in the bundle: a minute, or a tenth of the life of a shorter authority. */
export const propagationOf = (authorityLifetime: number): number =>
  Math.min(60_000, authorityLifetime / 10);
